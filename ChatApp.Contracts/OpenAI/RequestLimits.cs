namespace ChatApp.Contracts.OpenAI;

/// <summary>
/// How much a request of the OpenAI protocol may hold: the same at the edge, in the orchestrator and before the engine. What the
/// engine takes by itself may be more, never less.
/// </summary>
public static class RequestLimits
{
    /// <summary>Characters of a model's name, an id, a user.</summary>
    public const int LongestName = 256;

    public const int Messages = 2048;

    /// <summary>Parts of one message's content.</summary>
    public const int ContentParts = 1024;

    public const int Tools = 128;

    /// <summary>Calls in one message of an assistant.</summary>
    public const int ToolCalls = 128;

    /// <summary>Answers to one request.</summary>
    public const int Choices = 16;

    public const int Stops = 16;

    /// <summary>Characters of a stop text.</summary>
    public const int LongestStop = 512;

    public const int LogitBiases = 300;

    /// <summary>Alternatives told for each token of a chat.</summary>
    public const int TopLogprobs = 20;

    /// <summary>Alternatives told for each token of a plain completion.</summary>
    public const int CompletionLogprobs = 5;

    /// <summary>Prompts of one plain completion.</summary>
    public const int Prompts = 64;

    /// <summary>Texts of one request for embeddings.</summary>
    public const int EmbeddingInputs = 2048;

    public const int MetadataEntries = 16;

    /// <summary>What <c>reasoning_effort</c> may be.</summary>
    public static readonly IReadOnlyList<string> ReasoningEfforts = ["none", "minimal", "low", "medium", "high", "xhigh"];
}
