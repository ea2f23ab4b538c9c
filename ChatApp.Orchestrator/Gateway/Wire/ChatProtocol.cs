using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using ChatApp.Orchestrator.Gateway.Settings;
using ChatApp.Orchestrator.Metering;
using Microsoft.Extensions.AI;

namespace ChatApp.Orchestrator.Gateway.Wire;

/// <summary>Our requests and the model's answers in OpenAI's JSON.</summary>
internal static class ChatProtocol
{
    public const string ChatOperation = "chat/completions";

    private const string ToolsCapability = "tools";

    /// <summary>vLLM's convention: smaller goes first, interactive requests are 0.</summary>
    private const int BackgroundPriority = 10;

    /// <summary>For servers that can't continue a message by themselves.</summary>
    public const string ContinueInstruction =
        "The last message above is your own answer, which was cut off. Go on exactly where it ends, in the same sentence; repeat nothing of it and add no introduction.";

    /// <summary>The call that a request is.</summary>
    public static GatewayCall Call(ModelRequest request) => new()
    {
        Owner = request.User,
        Purpose = "turn",
        Operation = ChatOperation,
        Compose = (route, mode) => Write(request, route, mode),
        Needs = new RouteNeeds
        {
            Affinity = request.Conversation ?? Affinity(request.User, request.Messages.Take(2).Select(message => message.Text)),
            Capabilities = Capabilities(request),
        },
        PromptBytes = request.Messages.Sum(Bytes) + (request.Draft?.Length ?? 0),
        LongestAnswer = request.Sampling.MaxTokens,
    };

    private static int Bytes(ChatMessage message) =>
        Encoding.UTF8.GetByteCount(message.Text) + message.Contents.OfType<FunctionResultContent>().Sum(result => Encoding.UTF8.GetByteCount(result.ResultText()));

    private static List<string> Capabilities(ModelRequest request)
    {
        List<string> needed = [];
        if (request.Messages.SelectMany(message => message.Contents).OfType<DataContent>().Any())
            needed.AddRange(["chat", "vision"]);
        if (request.Tools.Count > 0)
            needed.Add(ToolsCapability);
        return needed;
    }

    /// <summary>A prefix cache shared among users would tell, by its speed, what others have asked.</summary>
    public static string CacheSalt(string user) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(user)).AsSpan(0, 16));

    /// <summary>Requests that begin alike share a prefix: the beginning stands for the conversation that the caller did not name.</summary>
    public static string Affinity(string user, IEnumerable<string> beginning)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var part in beginning.Prepend(user))
        {
            hash.AppendData(Encoding.UTF8.GetBytes(part));
            hash.AppendData([0]);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    public static byte[] Write(ModelRequest request, UpstreamRoute route, ComposeMode mode)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("model", route.Model);
            WriteMessages(json, request, route);
            WriteTools(json, request.Tools);
            if (request is { Tools.Count: > 0, MayCall: false })
                json.WriteString("tool_choice", "none");
            WriteSampling(json, request.Sampling);
            if (route.TakesReasoningEffort && request.Sampling.ReasoningEffort is { } effort)
                json.WriteString("reasoning_effort", effort);
            json.WriteBoolean("stream", true);
            json.WriteStartObject("stream_options");
            json.WriteBoolean("include_usage", true);
            // So that an answer that is stopped has been counted exactly.
            if (route.Upstream.SpeaksVllm)
                json.WriteBoolean("continuous_usage_stats", true);
            json.WriteEndObject();
            if (mode == ComposeMode.Judged && route.Upstream.SpeaksVllm)
                json.WriteBoolean("logprobs", true);
            if (route.Upstream.SpeaksVllm)
                WriteAdditions(json, request);
            json.WriteEndObject();
        }

        return buffer.ToArray();
    }

    public static TokenUsage? ReadUsage(JsonElement root)
    {
        if (!root.TryGetProperty("usage", out var usage) || usage.ValueKind != JsonValueKind.Object)
            return null;
        var cached = usage.TryGetProperty("prompt_tokens_details", out var details) && details.ValueKind == JsonValueKind.Object
            ? Number(details, "cached_tokens")
            : 0;
        var input = Number(usage, "prompt_tokens");
        return new TokenUsage(input, Math.Min(cached, input), Number(usage, "completion_tokens")) { Times = GenerationTimes.Read(usage) };
    }

    /// <summary>Text and log-probabilities of the first choice of an answer that was not streamed.</summary>
    public static (string Text, IReadOnlyList<double> LogProbabilities) ReadWhole(byte[] answer)
    {
        using var json = JsonDocument.Parse(answer);
        if (!json.RootElement.TryGetProperty("choices", out var choices) || choices.ValueKind != JsonValueKind.Array || choices.GetArrayLength() == 0)
            return ("", []);
        var choice = choices[0];
        var text = choice.TryGetProperty("message", out var message) && message.ValueKind == JsonValueKind.Object ? Text(message, "content") : Text(choice, "text");
        return (text, StreamChunk.ReadLogProbabilities(choice));
    }

    // PostgreSQL's text cannot hold U+0000, and nothing that a reader could see is lost with it.
    public static string Text(JsonElement element, string property) =>
        TextOrNull(element, property)?.Replace("\0", "", StringComparison.Ordinal) ?? "";

    public static string? TextOrNull(JsonElement element, string property) =>
        element.TryGetProperty(property, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static void WriteMessages(Utf8JsonWriter json, ModelRequest request, UpstreamRoute route)
    {
        json.WriteStartArray("messages");
        foreach (var message in request.Messages)
            WriteMessage(json, message);
        if (request.Draft is not null)
        {
            WriteMessage(json, new ChatMessage(ChatRole.Assistant, request.Draft));
            if (route.Upstream.Kind is UpstreamKind.OpenAI or UpstreamKind.AzureOpenAI)
                WriteMessage(json, new ChatMessage(ChatRole.System, ContinueInstruction));
        }

        json.WriteEndArray();
    }

    /// <summary>The field <c>tools</c>, where there are any.</summary>
    public static void WriteTools(Utf8JsonWriter json, IReadOnlyList<AIFunctionDeclaration> tools)
    {
        if (tools.Count == 0)
            return;
        json.WriteStartArray("tools");
        foreach (var tool in tools)
        {
            json.WriteStartObject();
            json.WriteString("type", "function");
            json.WriteStartObject("function");
            json.WriteString("name", tool.Name);
            json.WriteString("description", tool.Description);
            json.WritePropertyName("parameters");
            tool.JsonSchema.WriteTo(json);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    /// <summary>A message; the results of several calls are one message here and one each on the wire.</summary>
    public static void WriteMessage(Utf8JsonWriter json, ChatMessage message)
    {
        foreach (var result in message.Contents.OfType<FunctionResultContent>())
        {
            json.WriteStartObject();
            json.WriteString("role", "tool");
            json.WriteString("content", result.ResultText());
            json.WriteString("tool_call_id", result.CallId);
            json.WriteEndObject();
        }

        if (message.Role == ChatRole.Tool)
            return;
        var calls = message.Contents.OfType<FunctionCallContent>().ToList();
        var images = message.Contents.OfType<DataContent>().Where(data => data.HasTopLevelMediaType("image")).ToList();
        json.WriteStartObject();
        json.WriteString("role", message.Role.Value);
        if (images.Count > 0)
            WriteParts(json, message.Text, images);
        else if (message.Text.Length == 0 && calls.Count > 0)
            json.WriteNull("content");
        else
            json.WriteString("content", message.Text);
        if (calls.Count > 0)
            WriteCalls(json, calls);
        json.WriteEndObject();
    }

    private static void WriteCalls(Utf8JsonWriter json, IReadOnlyList<FunctionCallContent> calls)
    {
        json.WriteStartArray("tool_calls");
        foreach (var call in calls)
        {
            json.WriteStartObject();
            json.WriteString("id", call.CallId);
            json.WriteString("type", "function");
            json.WriteStartObject("function");
            json.WriteString("name", call.Name);
            json.WriteString("arguments", call.ArgumentsText());
            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteParts(Utf8JsonWriter json, string text, IReadOnlyList<DataContent> images)
    {
        json.WriteStartArray("content");
        json.WriteStartObject();
        json.WriteString("type", "text");
        json.WriteString("text", text);
        json.WriteEndObject();
        foreach (var image in images)
        {
            json.WriteStartObject();
            json.WriteString("type", "image_url");
            json.WriteStartObject("image_url");
            json.WriteString("url", $"data:{image.MediaType};base64,{Convert.ToBase64String(image.Data.Span)}");
            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteSampling(Utf8JsonWriter json, SamplingSettings sampling)
    {
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

    private static void WriteAdditions(Utf8JsonWriter json, ModelRequest request)
    {
        json.WriteString("cache_salt", CacheSalt(request.User));
        // Whom the engine is fair to: the same word for the same person, who is not named.
        json.WriteString("user", CacheSalt(request.User));
        if (request.Background)
            json.WriteNumber("priority", BackgroundPriority);
        if (request.Draft is not null)
        {
            json.WriteBoolean("continue_final_message", true);
            json.WriteBoolean("add_generation_prompt", false);
        }
    }

    private static int Number(JsonElement element, string property) =>
        element.TryGetProperty(property, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) && number > 0 ? number : 0;
}
