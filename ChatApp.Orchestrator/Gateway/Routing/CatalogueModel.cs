using System.Text.Json;
using ChatApp.Orchestrator.Gateway.Settings;

namespace ChatApp.Orchestrator.Gateway.Routing;

/// <summary>A model that may be asked for.</summary>
/// <param name="Options">What is known of it.</param>
/// <param name="Routes">Who serves it.</param>
internal sealed record CatalogueModel(ModelOptions Options, IReadOnlyList<UpstreamRoute> Routes)
{
    public string Id => Options.Id;

    /// <summary>What its server says of it (file hashes, template, context), for receipts; null when it is configured and not listed.</summary>
    public JsonElement? Served { get; init; }

    /// <summary>When it was made, as its server says; else since when it is offered here.</summary>
    public DateTimeOffset Created { get; init; }

    /// <summary>Of <c>auto</c>: the two models between which it chooses. Its own routes are then those of the fast one.</summary>
    public AutoPair? Auto { get; init; }
}

/// <summary>Who answers for <c>auto</c>.</summary>
/// <param name="Fast">Asked first.</param>
/// <param name="Capable">Asked when the question is hard or the fast one is unsure.</param>
internal sealed record AutoPair(CatalogueModel Fast, CatalogueModel Capable);
