using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using ChatApp.Orchestrator.Gateway.Settings;
using ChatApp.Orchestrator.Gateway.Wire;
using Microsoft.Extensions.Options;

namespace ChatApp.Orchestrator.Gateway.Routing;

/// <summary>In which order the routes to a model, and to those that may replace it, are tried for a request.</summary>
internal sealed class RoutePlanner(UpstreamBoard board, IOptionsMonitor<GatewayOptions> options)
{
    /// <summary>Every route that could answer, the best first.</summary>
    /// <param name="model">The model asked for.</param>
    /// <param name="models">The catalogue, for its canary and its fallbacks.</param>
    /// <param name="needs">What the request needs.</param>
    public IReadOnlyList<PlannedRoute> Plan(CatalogueModel model, IReadOnlyList<CatalogueModel> models, RouteNeeds needs)
    {
        var plan = new List<PlannedRoute>();
        foreach (var candidate in Candidates(model, models, needs))
        {
            var routes = needs.MustContinue ? candidate.Routes.Where(route => route.Upstream.SpeaksVllm) : candidate.Routes;
            plan.AddRange(Arrange(candidate, [.. routes], needs.Affinity));
        }

        return plan;
    }

    /// <summary>Whether this key's conversations get the new version.</summary>
    public static bool IsCanary(string model, CanaryOptions canary, string affinity) =>
        RendezvousHash.Unit(affinity, $"canary {model} {canary.Model}") * 100 < canary.Percent;

    private static IEnumerable<CatalogueModel> Candidates(CatalogueModel model, IReadOnlyList<CatalogueModel> models, RouteNeeds needs)
    {
        // The stable version stands in for a canary that fails.
        if (model.Options.Canary is { } canary && IsCanary(model.Id, canary, needs.Affinity) && Find(canary.Model) is { } fresh)
            yield return fresh;
        yield return model;
        foreach (var id in model.Options.Fallbacks)
        {
            if (Find(id) is { } fallback && fallback.Options.Offers(needs.Capabilities))
                yield return fallback;
        }

        CatalogueModel? Find(string id) => models.FirstOrDefault(candidate => candidate.Id == id);
    }

    private IEnumerable<PlannedRoute> Arrange(CatalogueModel model, IReadOnlyList<UpstreamRoute> routes, string affinity)
    {
        var slack = options.CurrentValue.AffinitySlack;
        foreach (var group in routes.GroupBy(route => route.Priority).OrderBy(group => group.Key))
        {
            var idlest = group.Min(route => board[route.Name].Load);
            var ordered = group
                .OrderBy(route => model.Options.Prefer == RoutePreference.Price ? route.Prices.Input + route.Prices.Output : 0)
                // Keeping to the replica with the prefix pays only while others are not much freer.
                .ThenBy(route => board[route.Name].Load is var load && model.Options.Prefer == RoutePreference.Load ? load : load - idlest > slack ? 1 + load : 0)
                .ThenByDescending(route => RendezvousHash.Score(affinity, $"{route.Name} {route.Model}", route.Weight));
            foreach (var route in ordered)
                yield return new PlannedRoute(model, route);
        }
    }
}

/// <summary>
/// Weighted rendezvous hashing: each key ranks all places, by itself, so that a place that goes moves only its own keys
/// and one that comes takes only its share.
/// </summary>
internal static class RendezvousHash
{
    public static double Score(string key, string place, double weight) => -weight / Math.Log(Unit(key, place));

    /// <summary>A number in (0, 1) that depends on both texts only.</summary>
    public static double Unit(string key, string place)
    {
        var hash = BinaryPrimitives.ReadUInt64LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes(key + "\0" + place)));
        return ((hash >> 11) + 0.5) / (1UL << 53);
    }
}

/// <summary>One step of a plan: a model at an upstream.</summary>
internal sealed record PlannedRoute(CatalogueModel Model, UpstreamRoute Route);
