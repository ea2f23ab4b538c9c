using ChatApp.Contracts.OpenAI;
using ChatApp.Inference.Embeddings;
using ChatApp.Inference.Serving;

namespace ChatApp.Inference.Endpoints;

internal static class ModelLookup
{
    public static ServedModel Find(ModelCatalog catalog, string id) =>
        catalog.Find(id) ?? throw Missing(catalog, id, catalog.Models.Select(model => model.Id));

    public static EmbeddingBatcher FindEmbeddings(ModelCatalog catalog, string id) =>
        catalog.Embeddings is { } embeddings && embeddings.Model.Id == id ? embeddings
        : throw Missing(catalog, id, catalog.Embeddings is { } other ? [other.Model.Id] : []);

    /// <exception cref="OpenAIException">There are models that have not been tried yet.</exception>
    public static void RequireLoaded(ModelCatalog catalog)
    {
        if (!catalog.IsLoaded)
            throw new OpenAIException(new OpenAIError(StatusCodes.Status503ServiceUnavailable, "Models are being loaded.", OpenAIError.ServerError, "model", "model_loading") { RetryAfter = TimeSpan.FromSeconds(2) });
    }

    private static OpenAIException Missing(ModelCatalog catalog, string id, IEnumerable<string> known)
    {
        if (catalog.Failures.ContainsKey(id))
            return new OpenAIException(new OpenAIError(StatusCodes.Status503ServiceUnavailable, $"Model '{id}' could not be loaded; see the service's log.", OpenAIError.ServerError, "model", "model_unavailable"));
        RequireLoaded(catalog);
        var served = string.Join(", ", known);
        return new OpenAIException(new OpenAIError(StatusCodes.Status404NotFound,
            $"Model '{id}' is not served here; served: {(served.Length > 0 ? served : "none")}.", OpenAIError.InvalidRequest, "model", "model_not_found"));
    }
}
