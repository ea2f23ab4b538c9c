namespace ChatApp.Inference.Text.Jinja;

/// <summary>The tokens of a template, read one after the other; counts how deeply what is being parsed is nested.</summary>
internal sealed class JinjaTokenReader(List<JinjaToken> tokens)
{
    /// <summary>Deepest nesting, and longest chain of filters, attributes and calls.</summary>
    public const int MaximumDepth = 100;

    private int _at;
    private int _depth;

    public JinjaToken Current => tokens[_at];

    /// <summary>The token after the current one, which must not be the last.</summary>
    public JinjaToken Following => tokens[_at + 1];

    public string PeekBlock() =>
        Current.Kind == JinjaTokenKind.BlockBegin && Following.Kind == JinjaTokenKind.Name ? Following.Text : "";

    public JinjaToken Take()
    {
        var token = Current;
        if (token.Kind != JinjaTokenKind.End)
            _at++;
        return token;
    }

    public JinjaToken Expect(JinjaTokenKind kind, string what) =>
        Current.Kind == kind ? Take() : throw Fail($"{what} is expected, not '{Describe(Current)}'");

    public void ExpectOperator(string text)
    {
        if (!TakeOperator(text))
            throw Fail($"'{text}' is expected, not '{Describe(Current)}'");
    }

    public void ExpectName(string text)
    {
        if (!TakeName(text))
            throw Fail($"'{text}' is expected, not '{Describe(Current)}'");
    }

    public bool TakeOperator(string text) => TakeIf(JinjaTokenKind.Operator, text);

    public bool TakeName(string text) => TakeIf(JinjaTokenKind.Name, text);

    private bool TakeIf(JinjaTokenKind kind, string text)
    {
        if (Current.Kind != kind || Current.Text != text)
            return false;
        _at++;
        return true;
    }

    public void Enter()
    {
        if (++_depth > MaximumDepth)
            throw Fail($"nesting is deeper than {MaximumDepth}");
    }

    public T Leave<T>(T value)
    {
        _depth--;
        return value;
    }

    public static string Describe(JinjaToken token) => token.Kind switch
    {
        JinjaTokenKind.End => "the end of the template",
        JinjaTokenKind.BlockEnd => "%}",
        JinjaTokenKind.VariableEnd => "}}",
        JinjaTokenKind.BlockBegin => "{%",
        JinjaTokenKind.VariableBegin => "{{",
        _ => token.Text,
    };

    public JinjaException Fail(string what) => new($"chat template, line {Current.Line}: {what}.");
}

/// <summary>A lexical element: text between tags, or a name, literal or operator inside one.</summary>
internal readonly record struct JinjaToken(JinjaTokenKind Kind, string Text, int Line);

internal enum JinjaTokenKind
{
    Data,
    BlockBegin,
    BlockEnd,
    VariableBegin,
    VariableEnd,
    Name,
    Text,
    Integer,
    Float,
    Operator,
    End,
}
