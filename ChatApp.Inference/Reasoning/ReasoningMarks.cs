using ChatApp.Inference.Text;

namespace ChatApp.Inference.Reasoning;

/// <summary>The marks around reasoning.</summary>
internal static class ReasoningMarks
{
    public const string Open = "<think>";
    public const string Close = "</think>";

    /// <summary>Tokens of a prompt's end that are looked at: the opening mark and the white space behind it.</summary>
    private const int Tail = 8;

    /// <summary>What a model's setting means for its template.</summary>
    public static ReasoningFormat Resolve(ReasoningFormat setting, ChatTemplate? template) => setting switch
    {
        ReasoningFormat.Auto => template?.Source.Contains(Close, StringComparison.Ordinal) == true ? ReasoningFormat.ThinkTags : ReasoningFormat.None,
        _ => setting,
    };

    /// <summary>Text of the marks, some of which are control tokens that must stay visible.</summary>
    public static IReadOnlyList<string> Texts(ReasoningFormat format) => format == ReasoningFormat.ThinkTags ? [Open, Close] : [];

    /// <summary>Whether an answer to this prompt begins inside the reasoning: the template has opened it, or a message that is continued has.</summary>
    public static bool IsOpen(ChatTemplateInput input, ReadOnlySpan<int> prompt, Tokenizer tokenizer)
    {
        if (input.ContinueFinalMessage && input.Messages[^1].TryGet("content", out var content) && content is string text && text.Contains(Open, StringComparison.Ordinal))
            return text.LastIndexOf(Open, StringComparison.Ordinal) > text.LastIndexOf(Close, StringComparison.Ordinal);
        var end = tokenizer.Decode(prompt[Math.Max(0, prompt.Length - Tail)..], skipSpecial: false);
        return end.AsSpan().TrimEnd().EndsWith(Open);
    }
}

/// <summary>How a model marks what it thinks before it answers.</summary>
public enum ReasoningFormat
{
    /// <summary>As the chat template says: <see cref="ThinkTags"/> where it knows them, else <see cref="None"/>.</summary>
    Auto,

    /// <summary>It does not: all text is the answer.</summary>
    None,

    /// <summary>Qwen 3, DeepSeek-R1, SmolLM3 and others: <c>&lt;think&gt;…&lt;/think&gt;</c> at the start of the answer, opened by the model or by the template.</summary>
    ThinkTags,
}
