using ChatApp.Inference.Reasoning;

namespace ChatApp.Inference.Serving;

/// <summary>One served model, <c>Inference:Models:N</c>; any setting of <see cref="Engine.EngineOptions"/> may stand beside these.</summary>
public sealed record ModelSettings
{
    /// <summary>Name it is served under; the folder's name when absent.</summary>
    public string? Id { get; init; }

    /// <summary>The model's folder.</summary>
    public string? Path { get; init; }

    /// <summary>How it marks its reasoning, which is then given out apart from the answer.</summary>
    public ReasoningFormat Reasoning { get; init; } = ReasoningFormat.Auto;
}
