using ChatApp.Api.Callers;
using ChatApp.Api.Limits;
using ChatApp.Contracts.OpenAI;

namespace ChatApp.Api.OpenAI;

/// <summary><c>POST /v1/completions</c> and <c>POST /v1/embeddings</c>, both stateless.</summary>
internal static class CompletionsEndpoint
{
    public static Task CompleteAsync(
        HttpContext context, Caller caller, JsonBodyReader bodies, StatelessCompletion stateless, TurnAdmission admission, CancellationToken cancellationToken) =>
        ForwardAsync(context, caller, "completions", RequestSchema.Completion, bodies, stateless, admission, cancellationToken);

    public static Task EmbedAsync(
        HttpContext context, Caller caller, JsonBodyReader bodies, StatelessCompletion stateless, TurnAdmission admission, CancellationToken cancellationToken) =>
        ForwardAsync(context, caller, "embeddings", RequestSchema.Embedding, bodies, stateless, admission, cancellationToken);

    private static async Task ForwardAsync(
        HttpContext context,
        Caller caller,
        string operation,
        RequestSchema schema,
        JsonBodyReader bodies,
        StatelessCompletion stateless,
        TurnAdmission admission,
        CancellationToken cancellationToken)
    {
        var (document, error) = await bodies.ReadAsync(context.Request, cancellationToken);
        using var body = document;
        if (body is not null)
            error = schema.Check(body.RootElement);
        if (error is not null)
        {
            await error.ToResult().ExecuteAsync(context);
            return;
        }

        await stateless.HandleAsync(context, caller, operation, schema, body!.RootElement, admission, cancellationToken);
    }
}
