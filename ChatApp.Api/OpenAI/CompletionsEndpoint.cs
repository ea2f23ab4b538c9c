using ChatApp.Api.Callers;
using ChatApp.Contracts.OpenAI;

namespace ChatApp.Api.OpenAI;

/// <summary><c>POST /v1/completions</c> and <c>POST /v1/embeddings</c>, both stateless.</summary>
internal static class CompletionsEndpoint
{
    public static Task CompleteAsync(HttpContext context, Caller caller, JsonBodyReader bodies, StatelessCompletion stateless) =>
        ForwardAsync(context, caller, "completions", RequestSchema.Completion, bodies, stateless);

    public static Task EmbedAsync(HttpContext context, Caller caller, JsonBodyReader bodies, StatelessCompletion stateless) =>
        ForwardAsync(context, caller, "embeddings", RequestSchema.Embedding, bodies, stateless);

    private static async Task ForwardAsync(
        HttpContext context, Caller caller, string operation, RequestSchema schema, JsonBodyReader bodies, StatelessCompletion stateless)
    {
        var (document, error) = await bodies.ReadAsync(context.Request, context.RequestAborted);
        using var body = document;
        if (body is not null)
            error = schema.Check(body.RootElement);
        if (error is not null)
            await error.ExecuteAsync(context);
        else
            await stateless.HandleAsync(context, caller, operation, schema, body!.RootElement);
    }
}
