using System.Text.Json;
using ChatApp.Orchestrator.Errors;
using ChatApp.Orchestrator.Gateway.Routing;
using ChatApp.Orchestrator.Gateway.Settings;
using ChatApp.Orchestrator.Gateway.Upstreams;
using ChatApp.Orchestrator.Gateway.Wire;
using ChatApp.Orchestrator.Logging;
using Microsoft.Extensions.Options;

namespace ChatApp.Orchestrator.Gateway;

/// <summary>The models on offer: configured ones, then those that upstreams list themselves, then <c>auto</c>. Follows the configuration without a restart.</summary>
internal sealed class ModelCatalogue(
    UpstreamClient client, IOptionsMonitor<GatewayOptions> options, TimeProvider time, ILogger<ModelCatalogue> logger) : IDisposable
{
    private const string LocalUpstream = "local";

    /// <summary>The graph's own inference service, where nothing else is configured.</summary>
    private static readonly Dictionary<string, UpstreamOptions> LocalOnly = new()
    {
        [LocalUpstream] = new UpstreamOptions { BaseUrl = "http://inference", Kind = UpstreamKind.ChatApp, Discover = true },
    };

    private readonly SemaphoreSlim _refreshing = new(1, 1);
    private readonly DateTimeOffset _began = time.GetUtcNow();
    private volatile Snapshot? _snapshot;

    /// <summary>The upstreams in use, by name.</summary>
    public IReadOnlyDictionary<string, UpstreamOptions> Upstreams => UpstreamsOf(options.CurrentValue);

    /// <summary>Every model, the default one first.</summary>
    public async Task<IReadOnlyList<CatalogueModel>> ListAsync(CancellationToken cancellationToken)
    {
        var current = options.CurrentValue;
        if (IsFresh(_snapshot, current))
            return _snapshot!.Models;

        await _refreshing.WaitAsync(cancellationToken);
        try
        {
            if (!IsFresh(_snapshot, current))
                _snapshot = await LoadAsync(current, _snapshot, cancellationToken);
            return _snapshot!.Models;
        }
        finally
        {
            _refreshing.Release();
        }
    }

    /// <summary>The model of that id; for null or empty the default one.</summary>
    /// <exception cref="RefusedException">No such model, or no model at all can be reached.</exception>
    public Task<CatalogueModel> ResolveAsync(string? id, CancellationToken cancellationToken) => ResolveAsync(id, [], cancellationToken);

    /// <summary>The same; for null or empty the first that can do what is needed, where the default one can't.</summary>
    /// <exception cref="RefusedException">No such model, or no model at all can be reached.</exception>
    public async Task<CatalogueModel> ResolveAsync(string? id, IReadOnlyCollection<string> needed, CancellationToken cancellationToken)
    {
        var models = await ListAsync(cancellationToken);
        if (models.Count == 0)
            throw new RefusedException(Refusal.Unavailable, "no_models", "No model can be reached now. Try again in a moment.");
        if (string.IsNullOrEmpty(id))
            return models.FirstOrDefault(model => model.Options.Offers(needed)) ?? models[0];
        return models.FirstOrDefault(model => model.Id == id) ?? throw new RefusedException(Refusal.NotFound, "model_not_found",
            $"The model '{(id.Length <= 100 ? id : id[..100])}' does not exist. There are: {string.Join(", ", models.Select(model => model.Id))}.")
        { Param = "model" };
    }

    /// <summary>The model for titles, summaries and the like.</summary>
    /// <exception cref="RefusedException">No model can be reached.</exception>
    public async Task<CatalogueModel> ResolveBackgroundAsync(CancellationToken cancellationToken)
    {
        if (options.CurrentValue.BackgroundModel is { Length: > 0 } id)
            return await ResolveAsync(id, cancellationToken);
        var models = await ListAsync(cancellationToken);
        return models.FirstOrDefault(model => model.Options.Tier == "fast" && model.Options.Offers(["chat"])) ?? await ResolveAsync(null, cancellationToken);
    }

    public void Dispose() => _refreshing.Dispose();

    private static Dictionary<string, UpstreamOptions> UpstreamsOf(GatewayOptions current) =>
        current.Upstreams.Count > 0 ? current.Upstreams : LocalOnly;

    // An empty list is not believed at all: the upstream may be about to start.
    private bool IsFresh(Snapshot? snapshot, GatewayOptions current) =>
        snapshot is { Models.Count: > 0 }
        && ReferenceEquals(snapshot.Options, current)
        && time.GetElapsedTime(snapshot.LoadedAt) < current.DiscoveryLifetime;

    private async Task<Snapshot> LoadAsync(GatewayOptions current, Snapshot? last, CancellationToken cancellationToken)
    {
        var upstreams = UpstreamsOf(current);
        var models = current.Models.Select(model => new CatalogueModel(model, Routes(model, upstreams)) { Created = _began }).ToList();
        var discovered = new List<UpstreamRoute>();
        foreach (var (name, upstream) in upstreams.Where(pair => pair.Value.Discover))
        {
            foreach (var found in await DiscoverAsync(name, upstream, last, cancellationToken))
            {
                discovered.AddRange(found.Routes);
                Add(models, found, current);
            }
        }

        var preferred = models.FindIndex(model => current.DefaultModel is { Length: > 0 } id ? model.Id == id : model.Options.Tier == "capable");
        if (preferred > 0)
        {
            var first = models[preferred];
            models.RemoveAt(preferred);
            models.Insert(0, first);
        }

        if (Auto(models, current.Auto) is { } auto)
            models.Insert(current.DefaultModel == auto.Id ? 0 : models.Count, auto);
        return new Snapshot(current, models, discovered, time.GetTimestamp());
    }

    // What is configured stands; two upstreams that list the same model are two routes to it.
    private static void Add(List<CatalogueModel> models, CatalogueModel found, GatewayOptions current)
    {
        if (current.Models.Any(model => model.Id == found.Id))
            return;
        var known = models.FindIndex(model => model.Id == found.Id);
        if (known < 0)
            models.Add(found);
        else
            models[known] = models[known] with { Routes = [.. models[known].Routes, .. found.Routes] };
    }

    private static CatalogueModel? Auto(List<CatalogueModel> models, AutoOptions options)
    {
        var fast = models.Find(model => model.Options.Tier == "fast" && model.Options.Offers(["chat"]));
        var capable = models.Find(model => model.Options.Tier == "capable" && model.Options.Offers(["chat"]));
        if (options.Id.Length == 0 || fast is null || capable is null || models.Exists(model => model.Id == options.Id))
            return null;
        var described = capable.Options with
        {
            Id = options.Id,
            Tier = "auto",
            Description = $"{fast.Id}, or {capable.Id} where the question is hard.",
            ContextWindow = Math.Min(fast.Options.ContextWindow, capable.Options.ContextWindow),
            Fallbacks = [],
            Canary = null,
        };
        return new CatalogueModel(described, fast.Routes) { Auto = new AutoPair(fast, capable), Created = capable.Created > fast.Created ? capable.Created : fast.Created };
    }

    private static List<UpstreamRoute> Routes(ModelOptions model, Dictionary<string, UpstreamOptions> upstreams) =>
        model.Routes.Count == 0
            ? [.. upstreams.Select(pair => new UpstreamRoute(pair.Key, pair.Value, model.Id) { Prices = TokenPrices.Of(model), TakesReasoningEffort = Thinks(model) })]
            : [.. model.Routes.Where(route => upstreams.ContainsKey(route.Upstream)).Select(route => new UpstreamRoute(route.Upstream, upstreams[route.Upstream], route.Model ?? model.Id)
            {
                Weight = route.Weight,
                Priority = route.Priority,
                Prices = TokenPrices.Of(model, route),
                TakesReasoningEffort = Thinks(model),
            })];

    private static bool Thinks(ModelOptions model) => model.Offers(["reasoning"]);

    private async Task<IReadOnlyList<CatalogueModel>> DiscoverAsync(
        string name, UpstreamOptions upstream, Snapshot? last, CancellationToken cancellationToken)
    {
        try
        {
            using var list = JsonDocument.Parse(await client.ListModelsAsync(name, upstream, cancellationToken));
            return [.. list.RootElement.GetProperty("data").EnumerateArray().Select(model => Discovered(model, name, upstream))];
        }
        catch (Exception exception) when (exception is UpstreamException or JsonException or KeyNotFoundException or InvalidOperationException)
        {
            Log.DiscoveryFailed(logger, name, exception.Message);
            // What it offered last is what it will offer when it is back.
            return [.. last?.Models.Where(model => model.Auto is null)
                .Select(model => model with { Routes = [.. model.Routes.Where(route => route.Name == name && last.Discovered.Contains(route))] })
                .Where(model => model.Routes.Count > 0) ?? []];
        }
    }

    private CatalogueModel Discovered(JsonElement model, string name, UpstreamOptions upstream)
    {
        var id = model.GetProperty("id").GetString() ?? throw new JsonException("A model without an id.");
        var found = new ModelOptions { Id = id };
        if (model.TryGetProperty("max_model_len", out var length) && length.TryGetInt32(out var tokens))
            found = found with { ContextWindow = tokens };
        if (model.TryGetProperty("tier", out var tier) && tier.GetString() is "fast" or "capable")
            found = found with { Tier = tier.GetString()! };
        if (model.TryGetProperty("description", out var description) && description.ValueKind == JsonValueKind.String)
            found = found with { Description = description.GetString()! };
        if (model.TryGetProperty("capabilities", out var capabilities) && capabilities.ValueKind == JsonValueKind.Array)
            found = found with { Capabilities = [.. capabilities.EnumerateArray().Select(c => c.ToString())] };
        var made = model.TryGetProperty("created", out var created) && created.ValueKind == JsonValueKind.Number && created.TryGetInt64(out var seconds)
            && seconds is > 0 and < 253_402_300_800 ? DateTimeOffset.FromUnixTimeSeconds(seconds) : _began;
        return new CatalogueModel(found, [new UpstreamRoute(name, upstream, id) { TakesReasoningEffort = Thinks(found) }]) { Served = model.Clone(), Created = made };
    }

    private sealed record Snapshot(
        GatewayOptions Options, IReadOnlyList<CatalogueModel> Models, IReadOnlyList<UpstreamRoute> Discovered, long LoadedAt);
}
