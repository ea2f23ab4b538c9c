using System.Text.Json;
using ChatApp.Inference.Engine.Requests;

namespace ChatApp.Inference.Endpoints.Answers;

internal static class UsageJson
{
    /// <summary>With where the time went, in seconds, under the names that Groq's servers use for it.</summary>
    public static void Write(Utf8JsonWriter json, GenerationSummary summary)
    {
        Begin(json, summary.PromptTokens, summary.CompletionTokens);
        WriteCached(json, summary.CachedTokens);
        json.WriteNumber("queue_time"u8, Seconds(summary.QueueMs));
        json.WriteNumber("prompt_time"u8, Seconds(summary.PrefillMs));
        json.WriteNumber("completion_time"u8, Seconds(summary.DecodeMs));
        json.WriteEndObject();
    }

    /// <summary>What a stream has used up to now; nothing when it was not asked for.</summary>
    public static void Write(Utf8JsonWriter json, UsageSoFar? usage)
    {
        if (usage is null)
            return;
        Begin(json, usage.PromptTokens, usage.CompletionTokens);
        json.WriteEndObject();
    }

    public static void Write(Utf8JsonWriter json, int prompt, int cached, int completion)
    {
        Begin(json, prompt, completion);
        WriteCached(json, cached);
        json.WriteEndObject();
    }

    private static void Begin(Utf8JsonWriter json, int prompt, int completion)
    {
        json.WriteStartObject("usage"u8);
        json.WriteNumber("prompt_tokens"u8, prompt);
        json.WriteNumber("completion_tokens"u8, completion);
        json.WriteNumber("total_tokens"u8, prompt + completion);
    }

    private static void WriteCached(Utf8JsonWriter json, int cached)
    {
        json.WriteStartObject("prompt_tokens_details"u8);
        json.WriteNumber("cached_tokens"u8, cached);
        json.WriteEndObject();
    }

    private static double Seconds(double milliseconds) => Math.Round(milliseconds / 1000, 6);
}

/// <summary>Usage of a stream up to now, which goes out with every chunk (<c>stream_options.continuous_usage_stats</c>).</summary>
internal sealed class UsageSoFar(int promptTokens)
{
    public int PromptTokens { get; set; } = promptTokens;

    public int CompletionTokens { get; set; }
}
