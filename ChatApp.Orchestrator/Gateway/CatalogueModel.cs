using System.Text.Json;

namespace ChatApp.Orchestrator.Gateway;

/// <summary>A model that may be asked for.</summary>
/// <param name="Options">What is known of it.</param>
/// <param name="Routes">Who serves it.</param>
public sealed record CatalogueModel(ModelOptions Options, IReadOnlyList<UpstreamRoute> Routes)
{
    public string Id => Options.Id;

    /// <summary>What its server says of it (file hashes, template, context), for receipts; null when it is configured and not listed.</summary>
    public JsonElement? Served { get; init; }

    /// <summary>Of <c>auto</c>: the two models between which it chooses. Its own routes are then those of the fast one.</summary>
    public AutoPair? Auto { get; init; }
}
