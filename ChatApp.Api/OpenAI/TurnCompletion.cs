using System.Text;
using System.Text.Json;
using ChatApp.Contracts.OpenAI;
using ChatApp.Contracts.OpenAI.Answers;
using ChatApp.Orchestrator.V1;

namespace ChatApp.Api.OpenAI;

/// <summary>Shows a conversation turn as a chat completion: each turn event becomes at most two chunks.</summary>
internal sealed class TurnCompletion(bool includeUsage, DateTimeOffset created)
{
    private readonly StringBuilder _text = new();
    private TurnStarted _started = new();
    private TurnEnded? _ended;

    private AnswerHead Head => new("chatcmpl-" + _started.TurnId, created.ToUnixTimeSeconds(), _started.Model)
    {
        ConversationId = _started.ConversationId,
        MessageId = _started.AssistantMessageId,
    };

    /// <summary>Writes the chunks that the event adds to a stream.</summary>
    public void WriteChunks(EventStreamWriter stream, TurnEvent turnEvent)
    {
        Fold(turnEvent);
        var writer = new ChatChunkWriter(stream, includeUsage) { Head = Head };
        switch (turnEvent.EventCase)
        {
            case TurnEvent.EventOneofCase.Started:
                writer.Role(0);
                break;
            case TurnEvent.EventOneofCase.Text:
                writer.Content(0, turnEvent.Text.Text);
                break;
            case TurnEvent.EventOneofCase.Ended when turnEvent.Ended.Error is { } error:
                writer.Error(ErrorOf(error));
                break;
            case TurnEvent.EventOneofCase.Ended:
                writer.Finish(0, FinishReason(turnEvent.Ended));
                if (UsageOf(turnEvent.Ended.Usage) is { } usage)
                    writer.Usage(usage);
                break;
        }
    }

    /// <summary>Adds the event to what <see cref="WriteAnswerAsync"/> writes.</summary>
    public void Fold(TurnEvent turnEvent)
    {
        _started = turnEvent.Started ?? _started;
        _ended = turnEvent.Ended ?? _ended;
        _text.Append(turnEvent.Started?.InitialText).Append(turnEvent.Text?.Text);
    }

    /// <summary>The whole answer, once the turn has ended.</summary>
    public async Task WriteAnswerAsync(HttpContext context)
    {
        if (_ended?.Error is { } error)
        {
            await ErrorOf(error).ExecuteAsync(context);
            return;
        }

        context.Response.ContentType = "application/json";
        await using (var json = new Utf8JsonWriter(context.Response.BodyWriter, JsonOutput.Options))
            ChatChoice.WriteAnswer(json, Head, [new ChatChoice(0, _text.ToString(), FinishReason(_ended ?? new TurnEnded()))], UsageOf(_ended?.Usage));
        await context.Response.BodyWriter.FlushAsync(context.RequestAborted);
    }

    private static OpenAIError ErrorOf(Error error) => new(StatusOf(error.Type), error.Message, error.Type, NullIfEmpty(error.Param), NullIfEmpty(error.Code));

    /// <summary>What a client may repeat, and what not, goes by the status.</summary>
    private static int StatusOf(string type) => type switch
    {
        OpenAIError.InvalidRequest => StatusCodes.Status400BadRequest,
        OpenAIError.RateLimit => StatusCodes.Status429TooManyRequests,
        _ => StatusCodes.Status502BadGateway,
    };

    private static AnswerUsage? UsageOf(Usage? usage) => usage is null ? null : new(usage.InputTokens, usage.OutputTokens) { CachedTokens = usage.CachedTokens };

    private static string FinishReason(TurnEnded ended) => ended switch
    {
        { FinishReason.Length: > 0 } => ended.FinishReason,
        { Status: "Blocked" } => "content_filter",
        _ => "stop",
    };

    private static string? NullIfEmpty(string text) => text.Length == 0 ? null : text;
}
