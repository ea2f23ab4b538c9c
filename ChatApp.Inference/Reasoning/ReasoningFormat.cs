namespace ChatApp.Inference.Reasoning;

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
