using System.Text.Json;
using ChatApp.Inference.Constraints.Grammars;
using ChatApp.Inference.Constraints.Patterns;
using ChatApp.Inference.Constraints.Schemas;

namespace ChatApp.Inference.ToolCalls;

/// <summary>The text of calls of some tools, in a model family's own form.</summary>
internal static class ToolCallGrammar
{
    /// <summary>Most calls of one answer: a model that can't end its list would otherwise fill its context with calls.</summary>
    public const int MaximumCalls = 16;

    private const string HermesMark = "<tool_call>";

    /// <summary>Compiles the calls.</summary>
    /// <param name="format">The family's form.</param>
    /// <param name="tools">Names and schemas of arguments; null allows any object.</param>
    /// <param name="several">Whether up to <see cref="MaximumCalls"/> calls may follow each other; else exactly one is made.</param>
    /// <exception cref="SchemaException">A schema cannot be enforced.</exception>
    public static GrammarNode Compile(ToolCallFormat format, IReadOnlyList<(string Name, JsonElement? Parameters, string Path)> tools, bool several)
    {
        var form = FormOf(format);
        var call = Call(form, form.Before, tools, lenient: false);
        var next = new SequenceNode(new LiteralNode(form.Separator), call);
        var repeated = new RepeatNode(call, next, several ? MaximumCalls : 1);
        if (form.Open.Length == 0)
            return Sized(repeated, next);
        var list = new SequenceNode(new LiteralNode(form.Open), repeated, new LiteralNode(form.Close));
        return Sized(list, next, repeated);
    }

    /// <summary>
    /// Compiles one call as it goes on behind the mark with which its family opens every call. A schema that cannot be enforced allows any
    /// object: nobody has demanded it.
    /// </summary>
    /// <returns>The mark and what follows it; null where no mark alone tells a call of the known form from other text.</returns>
    public static (string Mark, Func<GrammarNode> Continuation)? Begun(ToolCallFormat format, IReadOnlyList<(string Name, JsonElement? Parameters, string Path)> tools)
    {
        // Mistral's mark opens two forms; Llama has none.
        if (format != ToolCallFormat.Hermes)
            return null;
        var form = FormOf(format);
        return (HermesMark, () => Sized(Call(form, form.Before[HermesMark.Length..], tools, lenient: true)));
    }

    /// <summary>One of several grammars.</summary>
    public static GrammarNode Choice(IReadOnlyList<GrammarNode> alternatives) => Sized(new ChoiceNode(alternatives), [.. alternatives]);

    private static GrammarNode Call(CallForm form, string before, IReadOnlyList<(string Name, JsonElement? Parameters, string Path)> tools, bool lenient)
    {
        var calls = new List<GrammarNode>();
        foreach (var (name, parameters, path) in tools)
            calls.Add(new SequenceNode(new LiteralNode(before + JsonText.Quote(name) + form.Between), Arguments(parameters, path, lenient), new LiteralNode(form.After)));
        return Choice(calls);
    }

    private static GrammarNode Arguments(JsonElement? parameters, string path, bool lenient)
    {
        if (parameters is not { } schema)
            return JsonSchemaCompiler.AnyObject();
        try
        {
            return JsonSchemaCompiler.Compile(schema, path);
        }
        catch (SchemaException) when (lenient)
        {
            return JsonSchemaCompiler.AnyObject();
        }
    }

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
        _ => new("", HermesMark + "\n{\"name\": ", ", \"arguments\": ", "}\n</tool_call>", "\n", ""),
    };

    /// <summary>The literal text around a list of calls (open, close), around one call's name and arguments, and between two calls.</summary>
    private sealed record CallForm(string Open, string Before, string Between, string After, string Separator, string Close);
}
