using System.Text.Json;
using ChatApp.Inference.Engine;

namespace ChatApp.Inference.Endpoints;

internal static class UsageJson
{
    public static void Write(Utf8JsonWriter json, GenerationSummary summary) =>
        Write(json, summary.PromptTokens, summary.CachedTokens, summary.CompletionTokens);

    public static void Write(Utf8JsonWriter json, int prompt, int cached, int completion)
    {
        json.WriteStartObject("usage"u8);
        json.WriteNumber("prompt_tokens"u8, prompt);
        json.WriteNumber("completion_tokens"u8, completion);
        json.WriteNumber("total_tokens"u8, prompt + completion);
        json.WriteStartObject("prompt_tokens_details"u8);
        json.WriteNumber("cached_tokens"u8, cached);
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
