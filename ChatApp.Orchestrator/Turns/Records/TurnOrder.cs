using System.Text.Json;
using System.Text.Json.Serialization;
using ChatApp.Orchestrator.Gateway.Wire;

namespace ChatApp.Orchestrator.Turns.Records;

/// <summary>What a turn was asked to do, stored with it so that any replica can run it.</summary>
internal sealed record TurnOrder
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    /// <summary>The model asked for; null: the catalogue's default.</summary>
    public string? Model { get; init; }

    public SamplingSettings Sampling { get; init; } = new();

    /// <summary>Extra system text of the caller.</summary>
    public string? System { get; init; }

    /// <summary>Tools that the turn may call; empty: all, where the model is known to use tools.</summary>
    public IReadOnlyList<string> Tools { get; init; } = [];

    public bool NoTools { get; init; }

    /// <summary>Text that the assistant message has already when the turn continues it; null when it starts empty.</summary>
    public string? InitialText { get; init; }

    /// <summary>Structured content that the message has already, beside <see cref="InitialText"/>.</summary>
    public string? InitialContent { get; init; }

    /// <summary>The caller's name, for the prompt.</summary>
    public string? CallerName { get; init; }

    /// <summary>W3C trace context of the request that started the turn: whoever runs it, now or after a takeover, is part of the same trace.</summary>
    public string? TraceParent { get; init; }

    public string Serialize() => JsonSerializer.Serialize(this, Json);

    public static TurnOrder Deserialize(string json) =>
        JsonSerializer.Deserialize<TurnOrder>(json, Json) ?? throw new InvalidOperationException("A turn's stored request is empty.");
}
