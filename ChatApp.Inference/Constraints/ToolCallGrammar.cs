using System.Text.Json;
using ChatApp.Inference.ToolCalls;

namespace ChatApp.Inference.Constraints;

/// <summary>The text of calls of some tools, in a model family's own form.</summary>
internal static class ToolCallGrammar
{
    /// <summary>Most calls of one answer: a model that can't end its list would otherwise fill its context with calls.</summary>
    public const int MaximumCalls = 16;

    /// <summary>Compiles the calls.</summary>
    /// <param name="format">The family's form.</param>
    /// <param name="tools">Names and schemas of arguments; null allows any object.</param>
    /// <param name="several">Whether up to <see cref="MaximumCalls"/> calls may follow each other; else exactly one is made.</param>
    /// <exception cref="SchemaException">A schema cannot be enforced.</exception>
    public static GrammarNode Compile(ToolCallFormat format, IReadOnlyList<(string Name, JsonElement? Parameters, string Path)> tools, bool several)
    {
        var form = FormOf(format);
        var calls = new List<GrammarNode>();
        foreach (var (name, parameters, path) in tools)
        {
            var arguments = parameters is { } schema ? JsonSchemaCompiler.Compile(schema, path) : JsonSchemaCompiler.AnyObject();
            calls.Add(new SequenceNode(new LiteralNode(form.Before + JsonText.Quote(name) + form.Between), arguments, new LiteralNode(form.After)));
        }
        var call = Choice(calls);
        var next = new SequenceNode(new LiteralNode(form.Separator), call);
        var repeated = new RepeatNode(call, next, several ? MaximumCalls : 1);
        if (form.Open.Length == 0)
            return Sized(repeated, next);
        var list = new SequenceNode(new LiteralNode(form.Open), repeated, new LiteralNode(form.Close));
        return Sized(list, next, repeated);
    }

    /// <summary>One of several grammars.</summary>
    public static GrammarNode Choice(IReadOnlyList<GrammarNode> alternatives) => Sized(new ChoiceNode(alternatives), [.. alternatives]);

    private static GrammarNode Sized(GrammarNode root, params GrammarNode[] inside)
    {
        JsonSchemaCompiler.ComputeDepths([.. inside, root]);
        return root;
    }

    private static CallForm FormOf(ToolCallFormat format) => format switch
    {
        ToolCallFormat.Llama => new("", "{\"name\": ", ", \"parameters\": ", "}", "; ", ""),
        ToolCallFormat.Mistral => new("[TOOL_CALLS][", "{\"name\": ", ", \"arguments\": ", "}", ", ", "]"),
        ToolCallFormat.Phi => new("<|tool_call|>[", "{\"name\": ", ", \"arguments\": ", "}", ", ", "]<|/tool_call|>"),
        _ => new("", "<tool_call>\n{\"name\": ", ", \"arguments\": ", "}\n</tool_call>", "\n", ""),
    };

    /// <summary>The literal text around a list of calls (open, close), around one call's name and arguments, and between two calls.</summary>
    private sealed record CallForm(string Open, string Before, string Between, string After, string Separator, string Close);
}
