using ChatApp.Contracts.OpenAI;
using ChatApp.Inference.Endpoints.Requests;

namespace ChatApp.Inference.Endpoints;

/// <summary>The routes of OpenAI's protocol and of vLLM's additions to it.</summary>
internal static class OpenAIApi
{
    public static void MapOpenAIApi(this WebApplication app)
    {
        var logger = app.Services.GetRequiredService<ILoggerFactory>().CreateLogger("ChatApp.Inference.Endpoints");
        app.MapPost("/v1/chat/completions", c => ApiErrors.HandleAsync(c, () => Get<ChatCompletions>(c).HandleAsync(c), logger));
        app.MapPost("/v1/completions", c => ApiErrors.HandleAsync(c, () => Get<Completions>(c).HandleAsync(c), logger));
        app.MapPost("/v1/embeddings", c => ApiErrors.HandleAsync(c, () => Get<EmbeddingsApi>(c).HandleAsync(c), logger));
        app.MapGet("/v1/models", c => ApiErrors.HandleAsync(c, () => Get<ModelsApi>(c).ListAsync(c), logger));
        app.MapGet("/v1/models/{id}", c => ApiErrors.HandleAsync(c, () => Get<ModelsApi>(c).GetAsync(c), logger));
        app.MapPost("/tokenize", c => ApiErrors.HandleAsync(c, () => Get<TokenizeApi>(c).TokenizeAsync(c), logger));
        app.MapPost("/detokenize", c => ApiErrors.HandleAsync(c, () => Get<TokenizeApi>(c).DetokenizeAsync(c), logger));
        app.MapGet("/metrics", c => Get<PrometheusMetrics>(c).HandleAsync(c));
        app.MapFallback("/{**path}", c => MissingRoutes.Error(c.Request.Method, c.Request.Path).ExecuteAsync(c));
    }

    private static T Get<T>(HttpContext context) where T : notnull => context.RequestServices.GetRequiredService<T>();
}
