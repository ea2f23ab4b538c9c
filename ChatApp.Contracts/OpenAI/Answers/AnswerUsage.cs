using System.Text.Json;

namespace ChatApp.Contracts.OpenAI.Answers;

/// <summary>The tokens of an answer.</summary>
/// <param name="PromptTokens">Of what the model was given.</param>
/// <param name="CompletionTokens">Of what it wrote.</param>
public sealed record AnswerUsage(long PromptTokens, long CompletionTokens)
{
    /// <summary>Those of the prompt that were computed before; unknown while a stream runs.</summary>
    public long? CachedTokens { get; init; }

    /// <summary>Where the time went, in seconds, under the names that Groq's servers use for it.</summary>
    public (double Queue, double Prompt, double Completion)? Seconds { get; init; }

    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject("usage"u8);
        json.WriteNumber("prompt_tokens"u8, PromptTokens);
        json.WriteNumber("completion_tokens"u8, CompletionTokens);
        json.WriteNumber("total_tokens"u8, PromptTokens + CompletionTokens);
        if (CachedTokens is { } cached)
        {
            json.WriteStartObject("prompt_tokens_details"u8);
            json.WriteNumber("cached_tokens"u8, cached);
            json.WriteEndObject();
        }

        if (Seconds is { } seconds)
        {
            json.WriteNumber("queue_time"u8, Math.Round(seconds.Queue, 6));
            json.WriteNumber("prompt_time"u8, Math.Round(seconds.Prompt, 6));
            json.WriteNumber("completion_time"u8, Math.Round(seconds.Completion, 6));
        }

        json.WriteEndObject();
    }
}
