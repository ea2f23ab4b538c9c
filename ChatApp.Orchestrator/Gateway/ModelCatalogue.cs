using System.Text.Json;
using ChatApp.Orchestrator.Errors;
using ChatApp.Orchestrator.Gateway.Routing;
using ChatApp.Orchestrator.Gateway.Settings;
using ChatApp.Orchestrator.Gateway.Upstreams;
using ChatApp.Orchestrator.Gateway.Wire;
using ChatApp.Orchestrator.Logging;
using ChatApp.ServiceDefaults;
using Microsoft.Extensions.Options;

namespace ChatApp.Orchestrator.Gateway;

/// <summary>The models on offer: configured ones, then those that upstreams list themselves, then <c>auto</c>. Follows the configuration without a restart.</summary>
internal sealed class ModelCatalogue(
    UpstreamClient client, IOptionsMonitor<GatewayOptions> options, TimeProvider time, ILogger<ModelCatalogue> logger) : IDisposable
{
    private const string LocalUpstream = "local";

    /// <summary>What a request that names no model needs of the one that it gets.</summary>
    private static readonly string[] Chat = ["chat"];

    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(500);

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

        // One looks again; who finds it at work goes by what is known.
        if (!await _refreshing.WaitAsync(TimeSpan.Zero, cancellationToken))
        {
            if (_snapshot is { Models.Count: > 0 } known && ReferenceEquals(known.Options, current))
                return known.Models;
            await _refreshing.WaitAsync(cancellationToken);
        }

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

    /// <summary>Whether the list is all there is: no upstream that lists models is away, is loading, or lists fewer than it did.</summary>
    public async Task<bool> IsSettledAsync(CancellationToken cancellationToken)
    {
        await ListAsync(cancellationToken);
        return _snapshot is { IsSettled: true };
    }

    /// <summary>The model of that id; for null or empty the default one, which can chat.</summary>
    /// <exception cref="RefusedException">No such model, or no model at all can be reached.</exception>
    public Task<CatalogueModel> ResolveAsync(string? id, CancellationToken cancellationToken) => ResolveAsync(id, Chat, cancellationToken);

    /// <summary>The same; for null or empty the first that can do what is needed, else the first that can do the first of it.</summary>
    /// <param name="id">The model.</param>
    /// <param name="needed">Capabilities, the most important one first.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="RefusedException">No such model, or no model at all can be reached.</exception>
    public async Task<CatalogueModel> ResolveAsync(string? id, IReadOnlyCollection<string> needed, CancellationToken cancellationToken)
    {
        var models = await ListAsync(cancellationToken);
        if (string.IsNullOrEmpty(id))
        {
            return models.FirstOrDefault(model => model.Options.Offers(needed)) ?? models.FirstOrDefault(model => model.Options.Offers(needed.Take(1)))
                ?? throw NoModels();
        }

        return models.FirstOrDefault(model => model.Id == id) ?? throw (models.Count == 0 ? NoModels() : Unknown(id, models));
    }

    /// <summary>The same; where the upstream that may have the model is still starting, once it has started.</summary>
    /// <param name="id">The model.</param>
    /// <param name="needed">Capabilities, the most important one first.</param>
    /// <param name="waits">Told once when it has to be waited for.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="RefusedException">No such model, or it did not come within <see cref="GatewayOptions.StartPatience"/>.</exception>
    public async Task<CatalogueModel> WaitForAsync(string? id, IReadOnlyCollection<string> needed, Func<ValueTask> waits, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        var told = false;
        while (true)
        {
            try
            {
                return await ResolveAsync(id, needed, cancellationToken);
            }
            catch (RefusedException) when (time.GetElapsedTime(began) < options.CurrentValue.StartPatience && _snapshot is not { IsSettled: true })
            {
                // Looked for again below.
            }

            if (!told)
                await waits();
            told = true;
            await Task.Delay(LookAgain, time, cancellationToken);
        }
    }

    /// <inheritdoc cref="WaitForAsync(string?, IReadOnlyCollection{string}, Func{ValueTask}, CancellationToken)"/>
    public Task<CatalogueModel> WaitForAsync(string? id, Func<ValueTask> waits, CancellationToken cancellationToken) => WaitForAsync(id, Chat, waits, cancellationToken);

    /// <summary>The model for titles, summaries and the like.</summary>
    /// <exception cref="RefusedException">No model can be reached.</exception>
    public async Task<CatalogueModel> ResolveBackgroundAsync(CancellationToken cancellationToken)
    {
        if (options.CurrentValue.BackgroundModel is { Length: > 0 } id)
            return await ResolveAsync(id, cancellationToken);
        var models = await ListAsync(cancellationToken);
        return models.FirstOrDefault(model => model.Options.Tier == "fast" && model.Options.Offers(Chat)) ?? await ResolveAsync(null, cancellationToken);
    }

    public void Dispose() => _refreshing.Dispose();

    private static RefusedException NoModels() => new(Refusal.Unavailable, "no_models", "No model can be reached now. Try again in a moment.");

    private static RefusedException Unknown(string id, IReadOnlyList<CatalogueModel> models) => new(Refusal.NotFound, "model_not_found",
        $"The model '{id.Beginning(100)}' does not exist. There are: {string.Join(", ", models.Select(model => model.Id))}.")
    { Param = "model" };

    private static Dictionary<string, UpstreamOptions> UpstreamsOf(GatewayOptions current) =>
        current.Upstreams.Count > 0 ? current.Upstreams : LocalOnly;

    // What is not settled changes soon.
    private bool IsFresh(Snapshot? snapshot, GatewayOptions current) =>
        snapshot is not null
        && ReferenceEquals(snapshot.Options, current)
        && time.GetElapsedTime(snapshot.LoadedAt) < (snapshot is { IsSettled: true, Models.Count: > 0 } ? current.DiscoveryLifetime : LookAgain);

    private async Task<Snapshot> LoadAsync(GatewayOptions current, Snapshot? last, CancellationToken cancellationToken)
    {
        var upstreams = UpstreamsOf(current);
        var models = current.Models.Select(model => new CatalogueModel(model, Routes(model, upstreams)) { Created = _began }).ToList();
        var listed = new Dictionary<string, UpstreamList>();
        foreach (var (name, upstream) in upstreams.Where(pair => pair.Value.Discover))
        {
            var list = await DiscoverAsync(name, upstream, last?.Listed.GetValueOrDefault(name), cancellationToken);
            listed[name] = list;
            foreach (var found in list.Models)
                Add(models, found, current);
        }

        var preferred = models.FindIndex(model => current.DefaultModel is { Length: > 0 } id ? model.Id == id : model.Options.Tier == "capable" && model.Options.Offers(Chat));
        if (preferred > 0)
        {
            var first = models[preferred];
            models.RemoveAt(preferred);
            models.Insert(0, first);
        }

        if (Auto(models, current.Auto) is { } auto)
            models.Insert(current.DefaultModel == auto.Id ? 0 : models.Count, auto);
        return new Snapshot(current, models, listed, time.GetTimestamp());
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
        var fast = models.Find(model => model.Options.Tier == "fast" && model.Options.Offers(Chat));
        var capable = models.Find(model => model.Options.Tier == "capable" && model.Options.Offers(Chat));
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

    private async Task<UpstreamList> DiscoverAsync(string name, UpstreamOptions upstream, UpstreamList? last, CancellationToken cancellationToken)
    {
        // What another server listed under this name says nothing of this one.
        if (last?.Upstream != upstream)
            last = null;
        try
        {
            using var list = JsonDocument.Parse(await client.ListModelsAsync(name, upstream, cancellationToken));
            CatalogueModel[] models = [.. list.RootElement.GetProperty("data").EnumerateArray().Select(model => Discovered(model, name, upstream))];
            var isLoading = list.RootElement.TryGetProperty("loading", out var loading) && loading.ValueKind == JsonValueKind.True;
            return Joined(upstream, models, isLoading, last);
        }
        catch (Exception exception) when (exception is UpstreamException or JsonException or KeyNotFoundException or InvalidOperationException)
        {
            Log.DiscoveryFailed(logger, name, exception.Message);
            // What it offered last is what it will offer when it is back.
            return Unsettled(upstream, last?.Models ?? [], last);
        }
    }

    // A server that starts lists what it has so far. What it had before comes back, or has been taken out for good.
    private UpstreamList Joined(UpstreamOptions upstream, CatalogueModel[] models, bool isLoading, UpstreamList? last)
    {
        CatalogueModel[] missing = [.. last?.Models.Where(known => !Array.Exists(models, model => model.Id == known.Id)) ?? []];
        if (!isLoading && models.Length > 0 && (missing.Length == 0 || IsOver(last?.UnsettledSince)))
            return new UpstreamList(upstream, models, IsSettled: true, null);
        CatalogueModel[] known = last is null
            ? models
            : [.. last.Models.Select(before => Array.Find(models, model => model.Id == before.Id) ?? before), .. models.Where(model => last.Models.All(before => before.Id != model.Id))];
        return Unsettled(upstream, known, last);
    }

    // One that stays away is not looked for all the time.
    private UpstreamList Unsettled(UpstreamOptions upstream, IReadOnlyList<CatalogueModel> models, UpstreamList? last)
    {
        var since = last?.UnsettledSince ?? time.GetTimestamp();
        return new UpstreamList(upstream, models, IsSettled: IsOver(since), since);
    }

    private bool IsOver(long? since) => since is { } began && time.GetElapsedTime(began) >= options.CurrentValue.StartPatience;

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

    /// <summary>What an upstream lists.</summary>
    /// <param name="Upstream">The upstream.</param>
    /// <param name="Models">With those that it listed before and has not again yet.</param>
    /// <param name="IsSettled">Nothing else is to be expected of it soon.</param>
    /// <param name="UnsettledSince">When it went away, or began to list fewer models than before; null: it did not.</param>
    private sealed record UpstreamList(UpstreamOptions Upstream, IReadOnlyList<CatalogueModel> Models, bool IsSettled, long? UnsettledSince);

    private sealed record Snapshot(
        GatewayOptions Options, IReadOnlyList<CatalogueModel> Models, IReadOnlyDictionary<string, UpstreamList> Listed, long LoadedAt)
    {
        public bool IsSettled => Listed.Values.All(list => list.IsSettled);
    }
}
