namespace ChatApp.Web.Api;

/// <summary>The models on offer and the servers behind them.</summary>
public sealed record Catalogue(IReadOnlyList<ModelInfo> Data, IReadOnlyList<UpstreamInfo>? Upstreams);
