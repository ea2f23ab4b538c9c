using System.Text.Json;
using static ChatApp.Contracts.OpenAI.FieldChecks;

namespace ChatApp.Contracts.OpenAI;

/// <summary>
/// Every documented field of the OpenAI protocol's requests: each is checked and honoured, or refused by its name. A field
/// that nobody documents is refused too, so that a misspelt one is not silently without effect.
/// </summary>
public sealed class RequestSchema
{
    private readonly Dictionary<string, RequestField> _fields;
    private readonly string _required;

    private RequestSchema(string required, Dictionary<string, RequestField> fields) => (_required, _fields) = (required, fields);

    public static RequestSchema Chat { get; } = new("messages", new(Sampling())
    {
        ["messages"] = new(MessageChecks.Messages),
        ["max_completion_tokens"] = new(Integer(1, int.MaxValue)),
        ["n"] = new(Integer(1, RequestLimits.Choices)),
        ["logprobs"] = new(Flag),
        ["top_logprobs"] = new(Integer(0, RequestLimits.TopLogprobs)),
        ["tools"] = new(ToolChecks.Tools),
        ["tool_choice"] = new(ToolChecks.ToolChoice),
        ["parallel_tool_calls"] = new(Flag),
        ["response_format"] = new(ToolChecks.ResponseFormat),
        ["conversation_id"] = new(Text, Forwarded: false),
        ["parent_id"] = new(Text, Forwarded: false),
        ["request_id"] = new(Text, Forwarded: false),
        ["metadata"] = new(Metadata, Forwarded: false),
        ["modalities"] = new(OnlyText, Forwarded: false),
        ["service_tier"] = new(OneOf("auto", "default"), Forwarded: false),
        ["store"] = new(OnlyFalse("an answer is kept by giving a 'conversation_id'."), Forwarded: false),
        ["prompt_cache_key"] = new(Text, Forwarded: false),
        ["safety_identifier"] = new(Text, Forwarded: false),
        ["reasoning_effort"] = new(OneOf([.. RequestLimits.ReasoningEfforts])),
        ["reasoning"] = new(Reasoning, Forwarded: false),
        ["verbosity"] = new(OneOf("medium"), Forwarded: false),
        ["audio"] = new(Unsupported("answers are text."), Served: false),
        ["prediction"] = new(Unsupported("leave it out."), Served: false),
        ["web_search_options"] = new(Unsupported("leave it out."), Served: false),
        ["functions"] = new(Unsupported("use 'tools'."), Served: false),
        ["function_call"] = new(Unsupported("use 'tool_choice'."), Served: false),
        ["prompt_cache_retention"] = new(Unsupported("leave it out."), Served: false),
        ["moderation"] = new(Unsupported("leave it out."), Served: false),
    });

    public static RequestSchema Completion { get; } = new("prompt", new(Sampling())
    {
        ["prompt"] = new(Input(RequestLimits.Prompts)),
        ["n"] = new(Integer(1, RequestLimits.Choices)),
        ["logprobs"] = new(Integer(0, RequestLimits.CompletionLogprobs)),
        ["echo"] = new(Flag),
        ["best_of"] = new(Integer(1, 1), Forwarded: false),
        ["suffix"] = new(Unsupported("leave it out."), Served: false),
    });

    public static RequestSchema Embedding { get; } = new("input", new()
    {
        ["model"] = new(Text),
        ["input"] = new(Input(RequestLimits.EmbeddingInputs)),
        ["encoding_format"] = new(OneOf("float", "base64")),
        ["dimensions"] = new(Integer(1, 65_536)),
        ["user"] = new(Text, Forwarded: false),
    });

    /// <summary>The field without which there is nothing to do.</summary>
    public string Required => _required;

    /// <summary>The fields that are honoured.</summary>
    public IEnumerable<string> Served => _fields.Where(pair => pair.Value.Served).Select(pair => pair.Key);

    /// <returns>The first fault; null when the request is fine.</returns>
    public OpenAIError? Check(JsonElement body)
    {
        if (JsonFields.Find(body, _required) is null)
            return OpenAIError.Invalid($"'{_required}' is required.", _required, "missing_required_parameter");
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var property in body.EnumerateObject())
        {
            if (!seen.Add(property.Name))
                return OpenAIError.Invalid($"'{property.Name}' is given twice.", property.Name, "invalid_json");
            if (!_fields.TryGetValue(property.Name, out var field))
                return OpenAIError.Invalid($"Unrecognized request argument supplied: {property.Name}.", property.Name, "unknown_parameter");
            if (property.Value.ValueKind != JsonValueKind.Null && field.Check(property.Value, property.Name) is { } error)
                return error;
        }

        return CheckTogether(body);
    }

    /// <summary>The request as the gateway gets it: what is the edge's own stays here, and usage is always asked for.</summary>
    public byte[] Forward(JsonElement body)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            foreach (var property in body.EnumerateObject())
            {
                if (_fields[property.Name].Forwarded && property.Name != "stream_options" && property.Value.ValueKind != JsonValueKind.Null)
                    property.WriteTo(json);
            }

            if (_fields.ContainsKey("reasoning_effort") && JsonFields.Find(body, "reasoning_effort") is null && ReasoningEffort(body) is { } effort)
                json.WriteString("reasoning_effort", effort);
            if (JsonFields.IsTrue(body, "stream"))
            {
                json.WriteStartObject("stream_options");
                json.WriteBoolean("include_usage", true);
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        return buffer.ToArray();
    }

    /// <summary>How much a chat's model is to think: <c>reasoning_effort</c>, or what the object <c>reasoning</c> says of it; null leaves it to the model.</summary>
    public static string? ReasoningEffort(JsonElement body)
    {
        if (JsonFields.Find(body, "reasoning_effort") is { ValueKind: JsonValueKind.String } effort)
            return effort.GetString();
        if (JsonFields.Find(body, "reasoning") is not { ValueKind: JsonValueKind.Object } reasoning)
            return null;
        return JsonFields.Find(reasoning, "enabled") is { ValueKind: JsonValueKind.False } ? "none"
            : JsonFields.Find(reasoning, "effort") is { ValueKind: JsonValueKind.String } inner ? inner.GetString()
            : null;
    }

    private static OpenAIError? CheckTogether(JsonElement body)
    {
        if (JsonFields.Find(body, "stream_options") is not null && !JsonFields.IsTrue(body, "stream"))
            return OpenAIError.Invalid("'stream_options' is only allowed with 'stream': true.", "stream_options", "invalid_value");
        if (JsonFields.Find(body, "top_logprobs") is not null && !JsonFields.IsTrue(body, "logprobs"))
            return OpenAIError.Invalid("'top_logprobs' needs 'logprobs': true.", "top_logprobs", "invalid_value");
        if (JsonFields.Find(body, "tools") is { } tools)
        {
            if (JsonFields.Find(body, "tool_choice") is { ValueKind: JsonValueKind.Object } named && !ToolChecks.Offers(tools, named))
                return OpenAIError.Invalid("'tool_choice' names a function that is not among 'tools'.", "tool_choice", "invalid_value");
        }
        else
        {
            if (JsonFields.Find(body, "tool_choice") is { } choice && !(choice.ValueKind == JsonValueKind.String && choice.GetString() == "none"))
                return OpenAIError.Invalid("'tool_choice' is only allowed with 'tools'.", "tool_choice", "invalid_value");
            if (JsonFields.Find(body, "parallel_tool_calls") is not null)
                return OpenAIError.Invalid("'parallel_tool_calls' is only allowed with 'tools'.", "parallel_tool_calls", "invalid_value");
        }

        return null;
    }

    private static Func<JsonElement, string, OpenAIError?> Input(int most) => (value, at) =>
        value.ValueKind == JsonValueKind.String
        || value.ValueKind == JsonValueKind.Array && value.GetArrayLength() > 0
            && (AreTokens(value)
                || value.GetArrayLength() <= most && (value.EnumerateArray().All(item => item.ValueKind == JsonValueKind.String) || value.EnumerateArray().All(AreTokens)))
            ? null
            : OpenAIError.Invalid($"'{at}' must be a string, a list of tokens, or a list of at most {most} of either.", at, "invalid_type");

    private static bool AreTokens(JsonElement value) => value.ValueKind == JsonValueKind.Array && value.GetArrayLength() > 0
        && value.EnumerateArray().All(item => item.ValueKind == JsonValueKind.Number && item.TryGetInt32(out var token) && token >= 0);

    /// <summary>What chat and plain completions have in common; the last three are vLLM's, which our engine serves too.</summary>
    private static Dictionary<string, RequestField> Sampling() => new()
    {
        ["model"] = new(Text),
        ["stream"] = new(Flag),
        ["stream_options"] = new(StreamOptions),
        ["temperature"] = new(Number(0, 2)),
        ["top_p"] = new(Number(0, 1)),
        ["frequency_penalty"] = new(Number(-2, 2)),
        ["presence_penalty"] = new(Number(-2, 2)),
        ["max_tokens"] = new(Integer(1, int.MaxValue)),
        ["seed"] = new(Integer(long.MinValue, long.MaxValue)),
        ["stop"] = new(Stop),
        ["logit_bias"] = new(LogitBias),
        ["user"] = new(Text, Forwarded: false),
        ["top_k"] = new(Integer(-1, 100_000)),
        ["min_p"] = new(Number(0, 1)),
        ["repetition_penalty"] = new(Number(0.01, 2)),
    };
}

/// <summary>A documented field of a request: what it may hold, and whether the model's server sees it.</summary>
/// <param name="Check">The fault of a value, given the field's path; null when it is fine.</param>
/// <param name="Forwarded">False: the edge acts on it, or it asks for nothing, and it goes no further.</param>
/// <param name="Served">False: whatever its value, it is refused by its name.</param>
public sealed record RequestField(Func<JsonElement, string, OpenAIError?> Check, bool Forwarded = true, bool Served = true);
