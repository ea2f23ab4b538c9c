using System.Text.Json;
using ChatApp.Inference.Engine;

namespace ChatApp.Inference.Endpoints;

internal static class UsageJson
{
    public static void Write(Utf8JsonWriter json, GenerationSummary summary) =>
        Write(json, summary.PromptTokens, summary.CachedTokens, summary.CompletionTokens);

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
        json.WriteStartObject("prompt_tokens_details"u8);
        json.WriteNumber("cached_tokens"u8, cached);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void Begin(Utf8JsonWriter json, int prompt, int completion)
    {
        json.WriteStartObject("usage"u8);
        json.WriteNumber("prompt_tokens"u8, prompt);
        json.WriteNumber("completion_tokens"u8, completion);
        json.WriteNumber("total_tokens"u8, prompt + completion);
    }
}
