using System.Text.Json;
using ChatApp.Orchestrator.Metering;

namespace ChatApp.Orchestrator.Gateway.Wire;

/// <summary>One chunk of a streamed answer: as it came, and what the gateway has to know of it.</summary>
internal sealed record StreamChunk
{
    /// <summary>Finish reasons with which servers say that they stopped, not that the answer is whole.</summary>
    private static readonly HashSet<string> GaveUp = ["abort", "aborted", "cancelled", "error"];

    public required ReadOnlyMemory<byte> Json { get; init; }

    /// <summary>Text of the first choice (of <c>delta.content</c>, or <c>text</c> of the older endpoint).</summary>
    public string Text { get; init; } = "";

    public string Reasoning { get; init; } = "";

    /// <summary>Choices that got something: text, reasoning, a refusal or a piece of a tool call. Servers send a token at a time.</summary>
    public int Pieces { get; init; }

    public bool HasToolCall { get; init; }

    /// <summary>Parts of the first choice's tool calls.</summary>
    public IReadOnlyList<ToolCallPiece> ToolCalls { get; init; } = [];

    public string? FinishReason { get; init; }

    /// <summary>The choices that this chunk ends, by index.</summary>
    public IReadOnlyList<int> Finished { get; init; } = [];

    public TokenUsage? Usage { get; init; }

    /// <summary>No choice at all: the extra chunk of <c>include_usage</c>.</summary>
    public bool HasNoChoice { get; init; }

    /// <summary>The log-probabilities of its tokens, where asked for.</summary>
    public IReadOnlyList<double> LogProbabilities { get; init; } = [];

    /// <summary>Something that a reader sees or that ends the answer.</summary>
    public bool HasContent => Pieces > 0 || FinishReason is not null;

    /// <exception cref="UpstreamException">The chunk reports an error, or is not a chunk.</exception>
    public static StreamChunk Parse(string upstream, ReadOnlyMemory<byte> json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object)
                throw Malformed(upstream, null);
            if (root.TryGetProperty("error", out var error) && error.ValueKind == JsonValueKind.Object)
                throw Reported(upstream, error);
            return Read(upstream, json, root);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            throw Malformed(upstream, exception);
        }
    }

    private static StreamChunk Read(string upstream, ReadOnlyMemory<byte> json, JsonElement root)
    {
        var chunk = new StreamChunk { Json = json, Usage = ChatProtocol.ReadUsage(root) };
        if (!root.TryGetProperty("choices", out var choices) || choices.ValueKind != JsonValueKind.Array || choices.GetArrayLength() == 0)
            return chunk with { HasNoChoice = true };

        var pieces = 0;
        var hasToolCall = false;
        string? finishReason = null;
        var finished = new List<int>();
        foreach (var choice in choices.EnumerateArray())
        {
            if (ChatProtocol.TextOrNull(choice, "finish_reason") is { } reason)
            {
                if (GaveUp.Contains(reason))
                    throw new UpstreamException(upstream, UpstreamFailure.BrokeOff, $"The model's server gave the answer up ('{reason}').");
                finishReason ??= reason;
                finished.Add(choice.TryGetProperty("index", out var index) && index.TryGetInt32(out var number) ? number : finished.Count);
            }

            var content = choice.TryGetProperty("delta", out var delta) && delta.ValueKind == JsonValueKind.Object ? delta : choice;
            var called = content.TryGetProperty("tool_calls", out var calls) && calls.ValueKind == JsonValueKind.Array && calls.GetArrayLength() > 0;
            hasToolCall |= called;
            if (called || Any(content, "content", "text", "reasoning_content", "reasoning", "refusal"))
                pieces++;
        }

        var first = choices[0];
        var body = first.TryGetProperty("delta", out var firstDelta) && firstDelta.ValueKind == JsonValueKind.Object ? firstDelta : first;
        return chunk with
        {
            Pieces = pieces,
            HasToolCall = hasToolCall,
            ToolCalls = hasToolCall ? ReadToolCalls(body) : [],
            FinishReason = finishReason,
            Finished = finished,
            Text = ChatProtocol.Text(body, "content") is { Length: > 0 } text ? text : ChatProtocol.Text(body, "text"),
            Reasoning = ChatProtocol.Text(body, "reasoning_content") is { Length: > 0 } reasoning ? reasoning : ChatProtocol.Text(body, "reasoning"),
            LogProbabilities = ReadLogProbabilities(first),
        };
    }

    private static List<ToolCallPiece> ReadToolCalls(JsonElement body)
    {
        var pieces = new List<ToolCallPiece>();
        if (!body.TryGetProperty("tool_calls", out var calls) || calls.ValueKind != JsonValueKind.Array)
            return pieces;
        foreach (var call in calls.EnumerateArray())
        {
            // Servers that send each call whole leave the index out.
            var index = call.TryGetProperty("index", out var given) && given.TryGetInt32(out var number) ? number : pieces.Count;
            if (call.TryGetProperty("function", out var function) && function.ValueKind == JsonValueKind.Object)
                pieces.Add(new ToolCallPiece(index, ChatProtocol.Text(function, "name"), ChatProtocol.Text(function, "arguments")));
        }

        return pieces;
    }

    private static bool Any(JsonElement content, params ReadOnlySpan<string> properties)
    {
        foreach (var property in properties)
        {
            if (content.TryGetProperty(property, out var value) && value.ValueKind == JsonValueKind.String && value.ValueEquals("") == false)
                return true;
        }

        return false;
    }

    internal static double[] ReadLogProbabilities(JsonElement choice) =>
        choice.TryGetProperty("logprobs", out var logprobs) && logprobs.ValueKind == JsonValueKind.Object
        && logprobs.TryGetProperty("content", out var tokens) && tokens.ValueKind == JsonValueKind.Array
            ? [.. tokens.EnumerateArray().Where(token => token.TryGetProperty("logprob", out var value) && value.ValueKind == JsonValueKind.Number)
                .Select(token => token.GetProperty("logprob").GetDouble())]
            : [];

    private static UpstreamException Malformed(string upstream, Exception? cause) =>
        new(upstream, UpstreamFailure.Malformed, "The model's server sent something that is not a chunk of an answer.", cause);

    private static UpstreamException Reported(string upstream, JsonElement error)
    {
        var isRequests = ChatProtocol.TextOrNull(error, "type") == "invalid_request_error"
            || (error.TryGetProperty("code", out var code) && code.ValueKind == JsonValueKind.Number && code.TryGetInt32(out var status) && status is 400 or 422);
        return new UpstreamException(upstream, isRequests ? UpstreamFailure.Refused : UpstreamFailure.BrokeOff,
            "The model's server reported an error instead of going on.")
        { ErrorJson = error.GetRawText() };
    }
}
