namespace ChatApp.Web.Api;

internal sealed class ModelsClient(ApiConnection api)
{
    public async Task<IReadOnlyList<ModelInfo>> ListAsync(CancellationToken cancellationToken) =>
        (await api.ReadAsync<ModelPage>(HttpMethod.Get, "/api/models", null, cancellationToken)).Data;

    private sealed record ModelPage(IReadOnlyList<ModelInfo> Data);
}

/// <summary>A model that a person may choose.</summary>
public sealed record ModelInfo
{
    public required string Id { get; init; }

    public string? Tier { get; init; }

    public int ContextWindow { get; init; }

    public IReadOnlyList<string>? Capabilities { get; init; }

    public double InputPricePerMillion { get; init; }

    public double OutputPricePerMillion { get; init; }

    public string? Description { get; init; }

    /// <summary>Names of the tools that it may call, which are those that are switched on.</summary>
    public IReadOnlyList<string> Tools { get; init; } = [];

    /// <summary>It hands each question to one of the others.</summary>
    public bool IsAuto => Tier == "auto";
}
