using System.Globalization;
using ChatApp.Api.Callers;
using ChatApp.Api.Ids;
using ChatApp.Api.Limits;
using ChatApp.Api.Orchestration;
using ChatApp.Api.Streaming;
using ChatApp.Orchestrator.V1;
using Microsoft.AspNetCore.Mvc;

namespace ChatApp.Api.Chats;

internal static class TurnsApi
{
    public static async Task RunAsync(TurnRequest body, Caller caller, HttpContext context, MeteredTurns turns, EventStreams streams) =>
        await streams.WriteEventsAsync(context, await turns.RunAsync(context, caller, body.ToRun(IdempotencyKey.Read(context.Request, body.RequestId))), TurnEventView.From);

    public static Task ResumeAsync(
        string id,
        HttpContext context,
        TurnStream turns,
        EventStreams streams,
        long? after = null,
        [FromHeader(Name = "Last-Event-ID")] string? lastEventId = null)
    {
        var last = lastEventId is null ? after ?? 0
            : long.TryParse(lastEventId, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number
            : throw new BadHttpRequestException("'Last-Event-ID' must be the number of the last event seen.");
        return streams.WriteEventsAsync(context, turns.ResumeAsync(id, last, context.RequestAborted), TurnEventView.From);
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
}

/// <summary>A turn event as a server-sent event: its name and its data.</summary>
/// <remarks>The contract's messages are written as they are, in snake_case.</remarks>
internal static class TurnEventView
{
    public static NamedEvent From(TurnEvent turnEvent) => turnEvent.EventCase switch
    {
        TurnEvent.EventOneofCase.Started => new("started", turnEvent.Started, turnEvent.Number),
        TurnEvent.EventOneofCase.Text => new("text", turnEvent.Text, turnEvent.Number),
        TurnEvent.EventOneofCase.Reasoning => new("reasoning", turnEvent.Reasoning, turnEvent.Number),
        TurnEvent.EventOneofCase.ToolCall => new("tool_call", turnEvent.ToolCall, turnEvent.Number),
        TurnEvent.EventOneofCase.ToolResult => new("tool_result", turnEvent.ToolResult, turnEvent.Number),
        TurnEvent.EventOneofCase.Notice => new("notice", turnEvent.Notice, turnEvent.Number),
        TurnEvent.EventOneofCase.Ended => new("ended", turnEvent.Ended, turnEvent.Number),
        _ => new("unknown", new { }, turnEvent.Number),
    };
}
