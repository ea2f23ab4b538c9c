using ChatApp.Contracts.OpenAI;
using ChatApp.Inference.Serving;

namespace ChatApp.Inference.Endpoints;

internal static class ModelLookup
{
    public static ServedModel Find(ModelCatalog catalog, string id)
    {
        if (catalog.Find(id) is { } model)
            return model;
        if (catalog.Failures.ContainsKey(id))
            throw new OpenAIException(new OpenAIError(StatusCodes.Status503ServiceUnavailable, $"Model '{id}' could not be loaded; see the service's log.", OpenAIError.ServerError, "model", "model_unavailable"));
        RequireLoaded(catalog);
        var known = string.Join(", ", catalog.Models.Select(m => m.Id));
        throw new OpenAIException(new OpenAIError(StatusCodes.Status404NotFound,
            $"Model '{id}' is not served here; served: {(known.Length > 0 ? known : "none")}.", OpenAIError.InvalidRequest, "model", "model_not_found"));
    }

    /// <exception cref="OpenAIException">There are models that have not been tried yet.</exception>
    public static void RequireLoaded(ModelCatalog catalog)
    {
        if (!catalog.IsLoaded)
            throw new OpenAIException(new OpenAIError(StatusCodes.Status503ServiceUnavailable, "Models are being loaded.", OpenAIError.ServerError, "model", "model_loading") { RetryAfter = TimeSpan.FromSeconds(2) });
    }
}
