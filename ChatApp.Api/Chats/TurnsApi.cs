using System.Buffers;
using System.Globalization;
using System.Text.Json;
using ChatApp.Api.Callers;
using ChatApp.Api.Errors;
using ChatApp.Api.Ids;
using ChatApp.Api.Limits;
using ChatApp.Api.Limits.Buckets;
using ChatApp.Api.Orchestration;
using ChatApp.Api.Streaming;
using ChatApp.Orchestrator.V1;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;
using JsonOptions = Microsoft.AspNetCore.Http.Json.JsonOptions;

namespace ChatApp.Api.Chats;

internal static class TurnsApi
{
    public static async Task RunAsync(
        TurnRequest body,
        Caller caller,
        HttpContext context,
        TurnStream turns,
        TurnAdmission admission,
        TurnMeter meter,
        EventStreamWriter streams,
        IOptions<LimitsOptions> limits,
        IOptions<JsonOptions> json,
        CancellationToken cancellationToken)
    {
        var run = body.ToRun(RequestIds.Read(context.Request, body.RequestId));
        var estimate = new TurnEstimate(run.Model, TurnEstimate.OfText(run.Content) + TurnEstimate.OfText(run.System) + run.History.Sum(message => TurnEstimate.OfText(message.Text)),
            run.Sampling is { HasMaxTokens: true } sampling ? sampling.MaxTokens : limits.Value.DefaultAnswerTokens);
        var reservation = await admission.ReserveAsync(context, caller, estimate, run is { Temporary: false, RequestId.Length: > 0 } ? run.RequestId : null);
        await WriteAsync(context, meter.WatchAsync(reservation, turns.RunAsync(run, cancellationToken), resumable: !run.Temporary, cancellationToken), streams, json.Value, cancellationToken);
    }

    public static Task ResumeAsync(
        string id,
        HttpContext context,
        TurnStream turns,
        EventStreamWriter streams,
        IOptions<JsonOptions> json,
        long? after = null,
        [FromHeader(Name = "Last-Event-ID")] string? lastEventId = null,
        CancellationToken cancellationToken = default)
    {
        var last = lastEventId is null ? after ?? 0
            : long.TryParse(lastEventId, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number
            : throw new BadHttpRequestException("'Last-Event-ID' must be the number of the last event seen.");
        return WriteAsync(context, turns.ResumeAsync(id, last, cancellationToken), streams, json.Value, cancellationToken);
    }

    public static async Task<IResult> StopAsync(string id, Turns.TurnsClient turns, CancellationToken cancellationToken)
    {
        var reply = await turns.StopAsync(new StopTurnRequest { TurnId = id }, cancellationToken: cancellationToken);
        return Results.Json(new { reply.Status });
    }

    public static async Task<IResult> GetReceiptAsync(string id, Turns.TurnsClient turns, CancellationToken cancellationToken)
    {
        var receipt = await turns.GetReceiptAsync(new GetReceiptRequest { TurnId = id }, cancellationToken: cancellationToken);
        return Results.Text(receipt.Json, "application/json");
    }

    private static Task WriteAsync(
        HttpContext context, IAsyncEnumerable<TurnEvent> events, EventStreamWriter streams, JsonOptions json, CancellationToken cancellationToken)
    {
        return streams.WriteAsync(context.Response, events, WriteEvent, WriteError, cancellationToken);

        void WriteEvent(IBufferWriter<byte> output, TurnEvent turnEvent)
        {
            var (name, data) = TurnEventView.From(turnEvent);
            EventStreamWriter.WriteFrame(output, JsonSerializer.SerializeToUtf8Bytes(data, json.SerializerOptions), turnEvent.Number, name);
        }

        bool WriteError(IBufferWriter<byte> output, Exception exception)
        {
            var error = EdgeErrors.From(exception);
            EventStreamWriter.WriteFrame(output,
                JsonSerializer.SerializeToUtf8Bytes(new { error.Status, Detail = error.Message, error.Code }, json.SerializerOptions), eventName: "error");
            return true;
        }
    }
}

/// <summary>A turn event as a server-sent event: its name and its data.</summary>
/// <remarks>The contract's messages are written as they are, in snake_case.</remarks>
internal static class TurnEventView
{
    public static (string Name, object Data) From(TurnEvent turnEvent) => turnEvent.EventCase switch
    {
        TurnEvent.EventOneofCase.Started => ("started", turnEvent.Started),
        TurnEvent.EventOneofCase.Text => ("text", turnEvent.Text),
        TurnEvent.EventOneofCase.Reasoning => ("reasoning", turnEvent.Reasoning),
        TurnEvent.EventOneofCase.ToolCall => ("tool_call", turnEvent.ToolCall),
        TurnEvent.EventOneofCase.ToolResult => ("tool_result", turnEvent.ToolResult),
        TurnEvent.EventOneofCase.Notice => ("notice", turnEvent.Notice),
        TurnEvent.EventOneofCase.Ended => ("ended", turnEvent.Ended),
        _ => ("unknown", new { }),
    };
}
