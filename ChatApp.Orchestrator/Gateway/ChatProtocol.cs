using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace ChatApp.Orchestrator.Gateway;

/// <summary>Our requests and the model's chunks in OpenAI's JSON.</summary>
internal static class ChatProtocol
{
    /// <summary>vLLM's convention: smaller goes first, interactive requests are 0.</summary>
    private const int BackgroundPriority = 10;

    public static byte[] Write(ChatRequest request, UpstreamRoute route, bool stream)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("model", route.Model);
            WriteMessages(json, request);
            WriteSampling(json, request);
            json.WriteBoolean("stream", stream);
            if (stream)
            {
                json.WriteStartObject("stream_options");
                json.WriteBoolean("include_usage", true);
                json.WriteEndObject();
            }

            if (route.Upstream.Dialect == UpstreamDialect.Vllm)
                WriteAdditions(json, request);
            json.WriteEndObject();
        }

        return buffer.ToArray();
    }

    /// <summary>A prefix cache shared among users would tell, by its speed, what others have asked.</summary>
    public static string CacheSalt(string user) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(user)).AsSpan(0, 16));

    private static void WriteMessages(Utf8JsonWriter json, ChatRequest request)
    {
        json.WriteStartArray("messages");
        foreach (var message in request.Messages)
        {
            json.WriteStartObject();
            json.WriteString("role", message.Role);
            json.WriteString("content", message.Content);
            json.WriteEndObject();
        }

        if (request.Draft is not null)
        {
            json.WriteStartObject();
            json.WriteString("role", "assistant");
            json.WriteString("content", request.Draft);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteSampling(Utf8JsonWriter json, ChatRequest request)
    {
        var sampling = request.Sampling;
        if (sampling.Temperature is { } temperature)
            json.WriteNumber("temperature", temperature);
        if (sampling.TopP is { } topP)
            json.WriteNumber("top_p", topP);
        if (sampling.MaxTokens is { } maxTokens)
            json.WriteNumber("max_tokens", maxTokens);
        if (sampling.Seed is { } seed)
            json.WriteNumber("seed", seed);
        if (sampling.FrequencyPenalty is { } frequency)
            json.WriteNumber("frequency_penalty", frequency);
        if (sampling.PresencePenalty is { } presence)
            json.WriteNumber("presence_penalty", presence);
        if (sampling.Stop.Count > 0)
        {
            json.WriteStartArray("stop");
            foreach (var stop in sampling.Stop)
                json.WriteStringValue(stop);
            json.WriteEndArray();
        }
    }

    private static void WriteAdditions(Utf8JsonWriter json, ChatRequest request)
    {
        json.WriteString("cache_salt", CacheSalt(request.User));
        if (request.Background)
            json.WriteNumber("priority", BackgroundPriority);
        if (request.Draft is not null)
        {
            json.WriteBoolean("continue_final_message", true);
            json.WriteBoolean("add_generation_prompt", false);
        }
    }

    /// <exception cref="UpstreamException">The chunk is an error.</exception>
    /// <exception cref="JsonException">The chunk is no JSON.</exception>
    public static ChatDelta Read(string upstream, ReadOnlyMemory<byte> chunk)
    {
        using var json = JsonDocument.Parse(chunk);
        var root = json.RootElement;
        var delta = new ChatDelta { Upstream = upstream, Usage = ReadUsage(root) };
        if (!root.TryGetProperty("choices", out var choices) || choices.ValueKind != JsonValueKind.Array || choices.GetArrayLength() == 0)
            return delta;

        var choice = choices[0];
        if (choice.TryGetProperty("finish_reason", out var reason) && reason.ValueKind == JsonValueKind.String)
            delta = delta with { FinishReason = reason.GetString() };
        if (choice.TryGetProperty("delta", out var content) && content.ValueKind == JsonValueKind.Object)
            delta = delta with { Text = Text(content, "content"), Reasoning = Text(content, "reasoning_content") };
        return delta;
    }

    public static TokenUsage? ReadUsage(JsonElement root)
    {
        if (!root.TryGetProperty("usage", out var usage) || usage.ValueKind != JsonValueKind.Object)
            return null;
        var cached = usage.TryGetProperty("prompt_tokens_details", out var details) && details.ValueKind == JsonValueKind.Object
            ? Number(details, "cached_tokens")
            : 0;
        return new TokenUsage(Number(usage, "prompt_tokens"), cached, Number(usage, "completion_tokens"));
    }

    // PostgreSQL's text cannot hold U+0000, and nothing that a reader could see is lost with it.
    private static string Text(JsonElement element, string property) =>
        element.TryGetProperty(property, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()!.Replace("\0", "", StringComparison.Ordinal)
            : "";

    private static int Number(JsonElement element, string property) =>
        element.TryGetProperty(property, out var value) && value.TryGetInt32(out var number) ? number : 0;
}
