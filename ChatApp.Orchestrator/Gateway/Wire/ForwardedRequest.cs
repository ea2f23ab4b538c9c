using System.Text.Json;
using System.Text.Json.Nodes;
using ChatApp.Orchestrator.Errors;
using ChatApp.Orchestrator.Gateway.Settings;

namespace ChatApp.Orchestrator.Gateway.Wire;

/// <summary>An OpenAI request that is passed on: what the gateway has to know of it, and its body for each upstream.</summary>
internal sealed class ForwardedRequest
{
    /// <summary>Ours to say, or dangerous where an upstream would take it from a stranger; never the caller's.</summary>
    private static readonly string[] NotForwarded =
    [
        "conversation_id", "parent_id", "request_id", "cache_salt", "priority", "continue_final_message", "add_generation_prompt",
        "chat_template", "chat_template_kwargs", "mm_processor_kwargs", "logits_processors", "kv_transfer_params", "vllm_xargs",
    ];

    private static readonly Dictionary<string, string> Operations = new()
    {
        ["chat.completions"] = ChatProtocol.ChatOperation,
        ["completions"] = "completions",
        ["embeddings"] = "embeddings",
    };

    private readonly JsonObject _body;
    private readonly string _path;

    private ForwardedRequest(string owner, string operation, string path, JsonObject body, int bytes)
    {
        Owner = owner;
        Operation = operation;
        _path = path;
        _body = body;
        Bytes = bytes;
    }

    public string Owner { get; }

    /// <summary>As the edge names it.</summary>
    public string Operation { get; }

    public int Bytes { get; }

    public JsonObject Body => _body;

    public string? Model => Text("model");

    public string? RequestId => Text("request_id");

    public bool IsStreamed => Flag(_body, "stream");

    public bool WantsUsage => _body["stream_options"] is JsonObject options && Flag(options, "include_usage");

    public bool WantsLogProbabilities => Flag(_body, "logprobs");

    public bool IsGreedy => _body["temperature"] is JsonValue value && value.TryGetValue<double>(out var temperature) && temperature == 0;

    public int? MaxTokens => Number("max_completion_tokens") ?? Number("max_tokens");

    private int Choices => Math.Max(1, Number("n") ?? 1);

    /// <summary>The older endpoint takes several prompts at once; a list of numbers is one prompt in tokens.</summary>
    private int Prompts => _body["prompt"] is JsonArray { Count: > 0 } prompts && prompts[0]?.GetValueKind() is JsonValueKind.String or JsonValueKind.Array
        ? prompts.Count
        : 1;

    /// <summary>Plain text of one choice: an answer that can be continued from what there is of it.</summary>
    public bool CanContinue =>
        Operation == "chat.completions" && Choices == 1 && !WantsLogProbabilities && _body["tools"] is null && _body["response_format"] is null && _body["messages"] is JsonArray;

    /// <exception cref="RefusedException">The operation or the body is wrong.</exception>
    public static ForwardedRequest Parse(string owner, string operation, ReadOnlyMemory<byte> body)
    {
        if (!Operations.TryGetValue(operation, out var path))
            throw RefusedException.Invalid("operation", $"Unknown operation; there are {string.Join(", ", Operations.Keys)}.");
        try
        {
            var json = JsonNode.Parse(body.Span, documentOptions: new JsonDocumentOptions { AllowDuplicateProperties = false }) as JsonObject
                ?? throw RefusedException.Invalid("body", "The body must be a JSON object.");
            return new ForwardedRequest(owner, operation, path, json, body.Length);
        }
        catch (JsonException exception)
        {
            throw RefusedException.Invalid("body", $"The body is not valid JSON, or names a property twice (line {exception.LineNumber + 1}, byte {exception.BytePositionInLine + 1}).");
        }
    }

    /// <summary>The same request with one field changed.</summary>
    public ForwardedRequest With(string field, JsonNode value)
    {
        var body = (JsonObject)_body.DeepClone();
        body[field] = value;
        return new ForwardedRequest(Owner, Operation, _path, body, Bytes);
    }

    public GatewayCall Call() => new()
    {
        Owner = Owner,
        Purpose = Operation,
        Operation = _path,
        Compose = Compose,
        Needs = new RouteNeeds { Affinity = ChatProtocol.Affinity(Owner, Beginning()), Capabilities = Capabilities() },
        PromptBytes = Bytes,
        IsHard = LastToolFailed(),
        LongestAnswer = MaxTokens,
        Choices = Choices * Math.Max(1, Number("best_of") ?? 1),
        AnsweredChoices = Choices * Prompts,
    };

    /// <summary>The call that goes on from the text of an answer that broke off.</summary>
    /// <param name="draft">The text so far.</param>
    /// <param name="pieces">Tokens that it took, about.</param>
    public GatewayCall Continuation(string draft, int pieces)
    {
        var call = Call();
        return call with
        {
            Compose = (route, mode) => Compose(route, mode, draft, pieces),
            Needs = call.Needs with { MustContinue = true },
            PromptBytes = Bytes + draft.Length,
            LongestAnswer = MaxTokens is { } most ? Math.Max(1, most - pieces) : null,
        };
    }

    private byte[] Compose(UpstreamRoute route, ComposeMode mode) => JsonSerializer.SerializeToUtf8Bytes(ForRoute(route, mode));

    private byte[] Compose(UpstreamRoute route, ComposeMode mode, string draft, int pieces)
    {
        var body = ForRoute(route, mode);
        body["messages"]!.AsArray().Add(new JsonObject { ["role"] = "assistant", ["content"] = draft });
        body["continue_final_message"] = true;
        body["add_generation_prompt"] = false;
        foreach (var limit in new[] { "max_completion_tokens", "max_tokens" })
        {
            if (Number(limit) is { } most)
                body[limit] = Math.Max(1, most - pieces);
        }

        return JsonSerializer.SerializeToUtf8Bytes(body);
    }

    private JsonObject ForRoute(UpstreamRoute route, ComposeMode mode)
    {
        var body = (JsonObject)_body.DeepClone();
        foreach (var name in NotForwarded)
            body.Remove(name);
        if (!route.TakesReasoningEffort)
            body.Remove("reasoning_effort");
        body["model"] = route.Model;
        if (route.Upstream.SpeaksVllm && Operation != "embeddings")
        {
            body["cache_salt"] = ChatProtocol.CacheSalt(Owner);
            body["user"] = ChatProtocol.CacheSalt(Owner);
        }

        if (mode == ComposeMode.Judged && route.Upstream.SpeaksVllm)
            body["logprobs"] = true;
        if (!IsStreamed)
            return body;
        if (body["stream_options"] is not JsonObject options)
            body["stream_options"] = options = [];
        options["include_usage"] = true;
        if (route.Upstream.SpeaksVllm)
            options["continuous_usage_stats"] = true;
        return body;
    }

    private List<string> Capabilities()
    {
        List<string> needed = [Operation switch { "chat.completions" => "chat", var other => other }];
        if (_body["tools"] is JsonArray { Count: > 0 })
            needed.Add("tools");
        if (_body["response_format"] is JsonObject format && format["type"]?.ToString() == "json_schema")
            needed.Add("json_schema");
        if (_body["messages"] is JsonArray messages && messages.Any(HasImage))
            needed.Add("vision");
        return needed;
    }

    private static bool HasImage(JsonNode? message) =>
        message is JsonObject { } fields && fields["content"] is JsonArray parts && parts.Any(part => part is JsonObject content && content["type"]?.ToString() == "image_url");

    private IEnumerable<string> Beginning() => _body["messages"] is JsonArray messages
        ? messages.Take(2).Select(message => message?.ToJsonString() ?? "")
        : [(_body["prompt"] ?? _body["input"])?.ToJsonString() is { } prompt ? prompt[..Math.Min(prompt.Length, 512)] : ""];

    private bool LastToolFailed() =>
        _body["messages"] is JsonArray { Count: > 0 } messages && messages[^1] is JsonObject last && last["role"]?.ToString() == "tool"
        && last["content"]?.ToString() is { } content
        && (content.StartsWith("error", StringComparison.OrdinalIgnoreCase) || content.StartsWith("{\"error\"", StringComparison.OrdinalIgnoreCase));

    private string? Text(string property) =>
        _body[property] is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    private int? Number(string property) =>
        _body[property] is JsonValue value && value.TryGetValue<int>(out var number) ? number : null;

    private static bool Flag(JsonObject fields, string property) =>
        fields[property] is JsonValue value && value.TryGetValue<bool>(out var on) && on;
}
