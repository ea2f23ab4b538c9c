using ChatApp.Api.Callers;
using ChatApp.Api.Ids;
using ChatApp.Api.Limits;
using ChatApp.Api.Limits.Buckets;
using ChatApp.Api.Orchestration;
using ChatApp.Api.Streaming;
using ChatApp.Contracts.OpenAI;
using ChatApp.Orchestrator.V1;
using Microsoft.Extensions.Options;

namespace ChatApp.Api.OpenAI;

/// <summary>
/// <c>POST /v1/chat/completions</c>. With <c>conversation_id</c> the last user message becomes a turn of that
/// conversation, which the product keeps; without it the call is stateless and ends with its connection.
/// </summary>
internal static class ChatCompletionsEndpoint
{
    public static async Task HandleAsync(
        HttpContext context,
        Caller caller,
        JsonBodyReader bodies,
        TurnStream turns,
        TurnAdmission admission,
        TurnMeter meter,
        IOptions<LimitsOptions> limits,
        StatelessCompletion stateless,
        EventStreamWriter streams,
        TimeProvider time,
        CancellationToken cancellationToken)
    {
        var (document, error) = await bodies.ReadAsync(context.Request, cancellationToken);
        using var body = document;
        ChatRequest? request = null;
        if (body is not null)
            (request, error) = ChatRequest.Parse(body.RootElement);
        if (request is null)
        {
            await error!.ToResult().ExecuteAsync(context);
            return;
        }

        if (request.ConversationId.Length == 0)
        {
            await stateless.HandleAsync(context, caller, "chat.completions", RequestSchema.Chat, body!.RootElement, admission, cancellationToken);
            return;
        }

        var run = ToTurn(request, SamplingFields.Read(request.Body), context.Request);
        var estimate = new TurnEstimate(run.Model, TurnEstimate.OfText(run.Content) + TurnEstimate.OfText(run.System),
            run.Sampling.HasMaxTokens ? run.Sampling.MaxTokens : limits.Value.DefaultAnswerTokens);
        var reservation = await admission.ReserveAsync(context, caller, estimate, run.RequestId);
        var events = meter.WatchAsync(reservation, turns.RunAsync(run, cancellationToken), resumable: true, cancellationToken);
        var completion = new TurnCompletion(request.IncludeUsage, time.GetUtcNow());
        if (request.Stream)
        {
            await streams.WriteAsync(context.Response, events, (output, turnEvent) =>
            {
                foreach (var chunk in completion.Chunks(turnEvent))
                    EventStreamWriter.WriteFrame(output, chunk);
            }, stateless.WriteError, cancellationToken);
            return;
        }

        await foreach (var turnEvent in events)
            completion.Fold(turnEvent);
        await completion.Answer().ExecuteAsync(context);
    }

    private static RunTurnRequest ToTurn(ChatRequest request, Sampling sampling, HttpRequest http) => new()
    {
        ConversationId = request.ConversationId,
        ParentId = request.ParentId,
        RequestId = RequestIds.Read(http, request.RequestId),
        Content = request.LastUserText(),
        System = request.SystemText(),
        Model = request.Model,
        Sampling = sampling,
    };
}
