using ChatApp.Inference.Endpoints.Requests;
using ChatApp.Inference.Serving;

namespace ChatApp.Inference.Endpoints;

internal static class ModelLookup
{
    public static ServedModel Find(ModelCatalog catalog, string id)
    {
        if (catalog.Find(id) is { } model)
            return model;
        if (catalog.Failures.ContainsKey(id))
            throw new ApiException(StatusCodes.Status503ServiceUnavailable, "server_error", $"Model '{id}' could not be loaded; see the service's log.", "model", "model_unavailable");
        RequireLoaded(catalog);
        var known = string.Join(", ", catalog.Models.Select(m => m.Id));
        throw new ApiException(StatusCodes.Status404NotFound, "invalid_request_error",
            $"Model '{id}' is not served here; served: {(known.Length > 0 ? known : "none")}.", "model", "model_not_found");
    }

    /// <exception cref="ApiException">There are models that have not been tried yet.</exception>
    public static void RequireLoaded(ModelCatalog catalog)
    {
        if (!catalog.IsLoaded)
            throw new ApiException(StatusCodes.Status503ServiceUnavailable, "server_error", "Models are being loaded.", "model", "model_loading", TimeSpan.FromSeconds(2));
    }
}
