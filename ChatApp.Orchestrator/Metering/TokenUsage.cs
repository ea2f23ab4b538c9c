using System.Text.Json;

namespace ChatApp.Orchestrator.Metering;

/// <summary>Tokens of one generation; cached ones are part of the input.</summary>
internal readonly record struct TokenUsage(int InputTokens, int CachedTokens, int OutputTokens)
{
    /// <summary>Money, in the currency of the configured prices.</summary>
    public decimal Cost { get; init; }

    /// <summary>Where its time went, as its server tells at its end; null: it does not tell, or did not come to its end.</summary>
    public GenerationTimes? Times { get; init; }
}

/// <summary>Where a generation's time went, measured by the server that made it.</summary>
/// <param name="Queue">Before the server began with it.</param>
/// <param name="Prefill">Reading the prompt, until the first token.</param>
/// <param name="Decode">From the first token to the last.</param>
internal sealed record GenerationTimes(TimeSpan Queue, TimeSpan Prefill, TimeSpan Decode)
{
    /// <summary>What a server says that is longer than any generation is not a measurement.</summary>
    private const double LongestSeconds = 86_400;

    /// <summary>From the object <c>usage</c>, in seconds: what our engine and Groq's servers write there.</summary>
    /// <returns>Null when the server does not tell all three.</returns>
    internal static GenerationTimes? Read(JsonElement usage) =>
        Seconds(usage, "queue_time") is { } queue && Seconds(usage, "prompt_time") is { } prefill && Seconds(usage, "completion_time") is { } decode
            ? new GenerationTimes(queue, prefill, decode)
            : null;

    private static TimeSpan? Seconds(JsonElement usage, string property) =>
        usage.TryGetProperty(property, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var seconds)
        && seconds is >= 0 and < LongestSeconds
            ? TimeSpan.FromSeconds(seconds)
            : null;
}
