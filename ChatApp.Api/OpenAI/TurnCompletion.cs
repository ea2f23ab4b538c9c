using System.Text;
using System.Text.Json;
using ChatApp.Api.Errors;
using ChatApp.Contracts.OpenAI;
using ChatApp.Orchestrator.V1;

namespace ChatApp.Api.OpenAI;

/// <summary>Shows a conversation turn as a chat completion: each turn event becomes at most two chunks.</summary>
internal sealed class TurnCompletion(bool includeUsage, DateTimeOffset created)
{
    private readonly long _created = created.ToUnixTimeSeconds();
    private readonly StringBuilder _text = new();
    private TurnStarted _started = new();
    private TurnEnded? _ended;

    /// <summary>The chunks that the event adds to a stream, as JSON.</summary>
    public IEnumerable<byte[]> Chunks(TurnEvent turnEvent)
    {
        Fold(turnEvent);
        switch (turnEvent.EventCase)
        {
            case TurnEvent.EventOneofCase.Started:
                yield return Chunk(new { role = "assistant", content = "" }, finishReason: null);
                break;
            case TurnEvent.EventOneofCase.Text:
                yield return Chunk(new { content = turnEvent.Text.Text }, finishReason: null);
                break;
            case TurnEvent.EventOneofCase.Ended when turnEvent.Ended.Error is { } error:
                yield return JsonSerializer.SerializeToUtf8Bytes(new { error = new { message = error.Message, type = error.Type, param = NullIfEmpty(error.Param), code = NullIfEmpty(error.Code) } });
                break;
            case TurnEvent.EventOneofCase.Ended:
                yield return Chunk(new { }, FinishReason(turnEvent.Ended));
                if (includeUsage)
                    yield return JsonSerializer.SerializeToUtf8Bytes(Body("chat.completion.chunk", Array.Empty<object>(), UsageOf(turnEvent.Ended.Usage)));
                break;
        }
    }

    /// <summary>Adds the event to what <see cref="Answer"/> returns.</summary>
    public void Fold(TurnEvent turnEvent)
    {
        _started = turnEvent.Started ?? _started;
        _ended = turnEvent.Ended ?? _ended;
        _text.Append(turnEvent.Started?.InitialText).Append(turnEvent.Text?.Text);
    }

    /// <summary>The whole answer, once the turn has ended.</summary>
    public IResult Answer()
    {
        if (_ended?.Error is { } error)
            return new OpenAIError(StatusOf(error.Type), error.Message, error.Type, NullIfEmpty(error.Param), NullIfEmpty(error.Code)).ToResult();

        var choice = new
        {
            index = 0,
            message = new { role = "assistant", content = _text.ToString() },
            finish_reason = FinishReason(_ended ?? new TurnEnded()),
        };
        return Results.Json(Body("chat.completion", new object[] { choice }, UsageOf(_ended?.Usage)));
    }

    /// <summary>What a client may repeat, and what not, goes by the status.</summary>
    private static int StatusOf(string type) => type switch
    {
        OpenAIError.InvalidRequest => StatusCodes.Status400BadRequest,
        "rate_limit_error" => StatusCodes.Status429TooManyRequests,
        _ => StatusCodes.Status502BadGateway,
    };

    private byte[] Chunk(object delta, string? finishReason) =>
        JsonSerializer.SerializeToUtf8Bytes(Body("chat.completion.chunk", new object[] { new { index = 0, delta, finish_reason = finishReason } }, usage: null));

    private Dictionary<string, object?> Body(string kind, object choices, object? usage)
    {
        var body = new Dictionary<string, object?>
        {
            ["id"] = "chatcmpl-" + _started.TurnId,
            ["object"] = kind,
            ["created"] = _created,
            ["model"] = _started.Model,
            ["conversation_id"] = _started.ConversationId,
            ["message_id"] = _started.AssistantMessageId,
            ["choices"] = choices,
        };
        if (usage is not null || includeUsage)
            body["usage"] = usage;
        return body;
    }

    private static object? UsageOf(Usage? usage) => usage is null ? null : new
    {
        prompt_tokens = usage.InputTokens,
        completion_tokens = usage.OutputTokens,
        total_tokens = usage.InputTokens + usage.OutputTokens,
        prompt_tokens_details = new { cached_tokens = usage.CachedTokens },
    };

    private static string FinishReason(TurnEnded ended) => ended switch
    {
        { FinishReason.Length: > 0 } => ended.FinishReason,
        { Status: "Blocked" } => "content_filter",
        _ => "stop",
    };

    private static string? NullIfEmpty(string text) => text.Length == 0 ? null : text;
}
