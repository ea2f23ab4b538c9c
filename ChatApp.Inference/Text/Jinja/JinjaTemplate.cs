namespace ChatApp.Inference.Text.Jinja;

/// <summary>
/// A template in the part of Jinja that published chat templates use, parsed once and rendered many times. Safe for concurrent use.
/// Syntax and meaning follow Jinja's own documentation with Hugging Face's settings (<c>trim_blocks</c>, <c>lstrip_blocks</c>, loop controls,
/// <c>raise_exception</c>, <c>strftime_now</c>, <c>tojson</c> that keeps non-ASCII text); what is not supported is refused by name.
/// </summary>
public sealed class JinjaTemplate
{
    private const int MaximumSource = 1 << 20;

    private readonly List<JinjaNode.Statement> _body;
    private readonly JinjaLimits _limits;

    /// <param name="source">The template's text.</param>
    /// <param name="limits">Bounds of one rendering.</param>
    /// <exception cref="JinjaException">The template is not understood; the message names line and construct.</exception>
    public JinjaTemplate(string source, JinjaLimits? limits = null)
    {
        if (source.Length > MaximumSource)
            throw new JinjaException($"chat template: it has {source.Length} characters; at most {MaximumSource} are accepted.");
        Source = source;
        _limits = limits ?? new JinjaLimits();
        _body = JinjaParser.Parse(source);
    }

    /// <summary>The template's text.</summary>
    public string Source { get; }

    /// <summary>Renders with the given variables: none, booleans, integers (<see cref="long"/>), floats (<see cref="double"/>), text, lists (<c>List&lt;object?&gt;</c>) and <see cref="JinjaMap"/>s.</summary>
    /// <exception cref="JinjaException">The template refused its input, failed, or exceeded a limit.</exception>
    public string Render(JinjaMap variables, TimeProvider? time = null) =>
        JinjaInterpreter.Render(_body, variables, _limits, time ?? TimeProvider.System);
}

/// <summary>
/// A template could not be parsed or rendered; the message says where and why.
/// </summary>
/// <param name="message">What went wrong.</param>
/// <param name="raisedByTemplate">True when the template itself refused its input with <c>raise_exception</c>.</param>
public sealed class JinjaException(string message, bool raisedByTemplate = false) : Exception(message)
{
    /// <summary>True when the template itself refused its input with <c>raise_exception</c>: the caller's input is at fault.</summary>
    public bool RaisedByTemplate { get; } = raisedByTemplate;
}

/// <summary>What one rendering may cost; past it a <see cref="JinjaException"/> is thrown.</summary>
/// <param name="Steps">Expressions and statements evaluated, and text handled (one step per 64 characters).</param>
/// <param name="OutputCharacters">Length of the rendered text.</param>
/// <param name="Depth">Nesting of calls, loops and expressions.</param>
public sealed record JinjaLimits(long Steps = 20_000_000, int OutputCharacters = 16 << 20, int Depth = 200);
