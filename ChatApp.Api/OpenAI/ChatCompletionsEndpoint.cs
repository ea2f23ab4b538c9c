using ChatApp.Api.Callers;
using ChatApp.Api.Ids;
using ChatApp.Api.Limits;
using ChatApp.Api.Streaming;
using ChatApp.Contracts.OpenAI;
using ChatApp.Orchestrator.V1;

namespace ChatApp.Api.OpenAI;

/// <summary>
/// <c>POST /v1/chat/completions</c>. With <c>conversation_id</c> the last user message becomes a turn of that
/// conversation, which the product keeps; without it the call is stateless and ends with its connection.
/// </summary>
internal static class ChatCompletionsEndpoint
{
    public static async Task HandleAsync(
        HttpContext context, Caller caller, JsonBodyReader bodies, MeteredTurns turns, StatelessCompletion stateless, EventStreams streams, TimeProvider time)
    {
        var (document, error) = await bodies.ReadAsync(context.Request, context.RequestAborted);
        using var body = document;
        ChatCompletionRequest? request = null;
        if (body is not null)
            (request, error) = ChatCompletionRequest.Parse(body.RootElement);
        if (request is null)
        {
            await error!.ExecuteAsync(context);
            return;
        }

        if (request.ConversationId.Length == 0)
        {
            await stateless.HandleAsync(context, caller, "chat.completions", RequestSchema.Chat, body!.RootElement);
            return;
        }

        var events = await turns.RunAsync(context, caller, ToTurn(request, context.Request));
        var completion = new TurnCompletion(request.IncludeUsage, time.GetUtcNow());
        if (request.Stream)
        {
            await streams.WriteChunksAsync(context, events, completion.WriteChunks);
            return;
        }

        await foreach (var turnEvent in events)
            completion.Fold(turnEvent);
        await completion.WriteAnswerAsync(context);
    }

    private static RunTurnRequest ToTurn(ChatCompletionRequest request, HttpRequest http) => new()
    {
        ConversationId = request.ConversationId,
        ParentId = request.ParentId,
        RequestId = IdempotencyKey.Read(http, request.RequestId),
        Content = request.LastUserText(),
        System = request.SystemText(),
        Model = request.Model,
        Sampling = SamplingFields.Read(request.Body),
    };
}
