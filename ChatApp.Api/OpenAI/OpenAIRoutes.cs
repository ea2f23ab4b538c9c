using ChatApp.Api.Chats;

namespace ChatApp.Api.OpenAI;

/// <summary>The OpenAI-compatible surface under <c>/v1</c>.</summary>
internal static class OpenAIRoutes
{
    public static void MapOpenAI(this IEndpointRouteBuilder app)
    {
        var v1 = app.MapGroup("/v1").WithTags("OpenAI");
        v1.MapPost("/chat/completions", ChatCompletionsEndpoint.HandleAsync);
        v1.MapPost("/completions", CompletionsEndpoint.CompleteAsync);
        v1.MapPost("/embeddings", CompletionsEndpoint.EmbedAsync);
        v1.MapGet("/models", ModelsEndpoint.ListAsync);
        v1.MapGet("/models/{id}", ModelsEndpoint.GetAsync);
        v1.MapGet("/turns/{id}", TurnsApi.GetReceiptAsync);
    }
}
