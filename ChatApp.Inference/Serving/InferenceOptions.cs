using System.ComponentModel.DataAnnotations;
using ChatApp.Inference.Embeddings;
using ChatApp.Inference.Reasoning;
using Microsoft.Extensions.Options;

namespace ChatApp.Inference.Serving;

/// <summary>Settings of the service, section <c>Inference</c>. Settings of an engine are in <c>Inference:Engine</c> (all models) and <c>Inference:Models:N</c> (one model).</summary>
public sealed record InferenceOptions
{
    /// <summary>Name of the configuration section.</summary>
    public const string Section = "Inference";

    /// <summary>Folder whose subfolders with a <c>genai_config.json</c> are served when <see cref="Models"/> is empty; relative to the content root or the folder above it.</summary>
    public string ModelsPath { get; init; } = "models";

    /// <summary>Models to serve; empty serves every model found in <see cref="ModelsPath"/>.</summary>
    public IReadOnlyList<ModelSettings> Models { get; init; } = [];

    /// <summary>The text encoder and its bounds.</summary>
    [ValidateObjectMembers]
    public EmbeddingOptions Embeddings { get; init; } = new();

    /// <summary>Models that are listed with the tier <c>fast</c>; the others are <c>capable</c>.</summary>
    public IReadOnlyList<string> FastModels { get; init; } = ["chatapp-nano"];

    /// <summary>Largest request body, bytes.</summary>
    [Range(1 << 10, 1 << 30)]
    public int MaxRequestBytes { get; init; } = 8 << 20;

    /// <summary>A stream that has been silent this long gets a comment, so that no proxy takes it for dead.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:10:00")]
    public TimeSpan HeartbeatInterval { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long running answers may go on after a stop was asked for.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan DrainTimeout { get; init; } = TimeSpan.FromSeconds(25);
}

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
