using System.Text.Json;
using ChatApp.Inference.ToolCalls;

namespace ChatApp.Inference.Constraints;

/// <summary>The text of one call of one of several tools, in a model family's own form.</summary>
internal static class ToolCallGrammar
{
    /// <summary>Compiles the calls.</summary>
    /// <param name="format">The family's form.</param>
    /// <param name="tools">Names and schemas of arguments; null allows any object.</param>
    /// <exception cref="SchemaException">A schema cannot be enforced.</exception>
    public static GrammarNode Compile(ToolCallFormat format, IReadOnlyList<(string Name, JsonElement? Parameters, string Path)> tools)
    {
        var (before, between, after) = format switch
        {
            ToolCallFormat.Llama => ("{\"name\": ", ", \"parameters\": ", "}"),
            ToolCallFormat.Mistral => ("[TOOL_CALLS][{\"name\": ", ", \"arguments\": ", "}]"),
            ToolCallFormat.Phi => ("<|tool_call|>[{\"name\": ", ", \"arguments\": ", "}]<|/tool_call|>"),
            _ => ("<tool_call>\n{\"name\": ", ", \"arguments\": ", "}\n</tool_call>"),
        };
        var calls = new List<GrammarNode>();
        foreach (var (name, parameters, path) in tools)
        {
            var arguments = parameters is { } schema ? JsonSchemaCompiler.Compile(schema, path) : JsonSchemaCompiler.AnyObject();
            calls.Add(new SequenceNode(new LiteralNode(before + JsonText.Quote(name) + between), arguments, new LiteralNode(after)));
        }
        return Choice(calls);
    }

    /// <summary>One of several grammars.</summary>
    public static GrammarNode Choice(IReadOnlyList<GrammarNode> alternatives)
    {
        var choice = new ChoiceNode(alternatives);
        JsonSchemaCompiler.ComputeDepths([.. alternatives, choice]);
        return choice;
    }
}
