using System.Text.Json;

namespace ChatApp.Api.OpenAI;

/// <summary><c>POST /v1/completions</c> and <c>POST /v1/embeddings</c>, both stateless.</summary>
internal static class CompletionsEndpoint
{
    public static Task CompleteAsync(HttpContext context, JsonBodyReader bodies, StatelessCompletion stateless, CancellationToken cancellationToken) =>
        ForwardAsync(context, "completions", "prompt", bodies, stateless, cancellationToken);

    public static Task EmbedAsync(HttpContext context, JsonBodyReader bodies, StatelessCompletion stateless, CancellationToken cancellationToken) =>
        ForwardAsync(context, "embeddings", "input", bodies, stateless, cancellationToken);

    private static async Task ForwardAsync(
        HttpContext context, string operation, string required, JsonBodyReader bodies, StatelessCompletion stateless, CancellationToken cancellationToken)
    {
        var (document, error) = await bodies.ReadAsync(context.Request, cancellationToken);
        using var body = document;
        if (body is not null && !body.RootElement.TryGetProperty(required, out _))
            error = OpenAIError.Invalid($"'{required}' is required.", required, "missing_required_parameter");
        if (error is not null)
        {
            await error.ToResult().ExecuteAsync(context);
            return;
        }

        var stream = body!.RootElement.TryGetProperty("stream", out var value) && value.ValueKind == JsonValueKind.True;
        await stateless.HandleAsync(context, operation, body.RootElement, stream, cancellationToken);
    }
}
