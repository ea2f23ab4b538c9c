using System.Text.Json;
using Microsoft.Extensions.AI;

namespace ChatApp.Orchestrator.Gateway.Wire;

/// <summary>What a model is asked, in our own terms.</summary>
internal sealed record ModelRequest
{
    public required string Model { get; init; }
    public required IReadOnlyList<ChatMessage> Messages { get; init; }
    public SamplingSettings Sampling { get; init; } = new();

    /// <summary>The answer so far, to be continued; null: a new answer.</summary>
    public string? Draft { get; init; }

    /// <summary>What the model may call.</summary>
    public IReadOnlyList<AIFunctionDeclaration> Tools { get; init; } = [];

    /// <summary>False: the tools stay in the prompt, but this time the model has to answer.</summary>
    public bool MayCall { get; init; } = true;

    /// <summary>Whose request it is: keeps one user's prefix cache apart from another's.</summary>
    public required string User { get; init; }

    /// <summary>Its requests go to the replica that has its prefix cached, and stay on one version of a model; null: by the prompt's beginning.</summary>
    public string? Conversation { get; init; }

    /// <summary>Titles, summaries: may wait for what people wait for.</summary>
    public bool Background { get; init; }
}

/// <summary>How tokens are chosen; null leaves it to the model's own default.</summary>
internal sealed record SamplingSettings
{
    public double? Temperature { get; init; }
    public double? TopP { get; init; }
    public int? MaxTokens { get; init; }
    public long? Seed { get; init; }
    public IReadOnlyList<string> Stop { get; init; } = [];
    public double? FrequencyPenalty { get; init; }
    public double? PresencePenalty { get; init; }

    /// <summary>How much the model is to think, in OpenAI's words; told to those that can.</summary>
    public string? ReasoningEffort { get; init; }
}
