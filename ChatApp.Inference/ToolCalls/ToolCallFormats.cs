using System.Security.Cryptography;
using ChatApp.Inference.Answers;
using ChatApp.Inference.Text;

namespace ChatApp.Inference.ToolCalls;

/// <summary>Tells a model's tool-call format and makes parsers for it.</summary>
internal static class ToolCallFormats
{
    private const string IdAlphabet = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

    /// <summary>The format that a template asks its model for; the markers it writes tell the family.</summary>
    public static ToolCallFormat Detect(ChatTemplate? template) => template?.Source switch
    {
        null => ToolCallFormat.None,
        var s when !s.Contains("tools", StringComparison.Ordinal) => ToolCallFormat.None,
        var s when s.Contains("[TOOL_CALLS]", StringComparison.Ordinal) => ToolCallFormat.Mistral,
        var s when s.Contains("<|tool_call|>", StringComparison.Ordinal) || s.Contains("<|/tool|>", StringComparison.Ordinal) => ToolCallFormat.Phi,
        var s when s.Contains("<tool_call>", StringComparison.Ordinal) => ToolCallFormat.Hermes,
        var s when s.Contains("<|python_tag|>", StringComparison.Ordinal) || s.Contains("ipython", StringComparison.Ordinal)
            || s.Contains("\"parameters\":", StringComparison.Ordinal) => ToolCallFormat.Llama,
        _ => ToolCallFormat.Hermes,
    };

    /// <summary>Text of the markers around calls, some of which are control tokens that must stay visible to the parser.</summary>
    public static IReadOnlyList<string> Markers(ToolCallFormat format) => format switch
    {
        ToolCallFormat.Hermes => ["<tool_call>", "</tool_call>"],
        ToolCallFormat.Llama => ["<|python_tag|>"],
        ToolCallFormat.Mistral => ["[TOOL_CALLS]", "[ARGS]", "[CALL_ID]"],
        ToolCallFormat.Phi => ["<|tool_call|>", "<|/tool_call|>"],
        _ => [],
    };

    /// <summary>A parser for one answer.</summary>
    /// <param name="format">How the model writes calls.</param>
    /// <param name="offered">Names of the tools offered: where calls have no marks, JSON with another name is an answer. Null: any name.</param>
    public static IToolCallParser CreateParser(ToolCallFormat format, IReadOnlyCollection<string>? offered = null) => format switch
    {
        ToolCallFormat.Llama => new BareJsonParser(offered),
        ToolCallFormat.Mistral => new MarkedParser("[TOOL_CALLS]", null, NewShortId, namedArguments: true),
        ToolCallFormat.Phi => new MarkedParser("<|tool_call|>", "<|/tool_call|>", NewId),
        ToolCallFormat.Hermes => new MarkedParser("<tool_call>", "</tool_call>", NewId),
        _ => new PlainTextParser(),
    };

    internal static string NewId() => "call_" + RandomNumberGenerator.GetString(IdAlphabet, 24);

    /// <summary>Mistral's templates accept ids of nine characters only.</summary>
    internal static string NewShortId() => RandomNumberGenerator.GetString(IdAlphabet, 9);
}
