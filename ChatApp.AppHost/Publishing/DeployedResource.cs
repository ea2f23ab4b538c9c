namespace ChatApp.AppHost.Publishing;

/// <summary>A container of the deployment, as read from the model.</summary>
internal sealed record DeployedResource
{
    public required string Name { get; init; }

    /// <summary>The whole name of a published image, or the repository of one that is built here.</summary>
    public required string Image { get; init; }

    /// <summary>One of our services; else a store.</summary>
    public required bool IsService { get; init; }

    public required DeploymentAnnotation Deployment { get; init; }

    public required IReadOnlyList<DeployedEndpoint> Endpoints { get; init; }

    public required IReadOnlyList<DeployedVariable> Environment { get; init; }

    public string? Entrypoint { get; init; }

    public IReadOnlyList<DeployedText> Arguments { get; init; } = [];

    public IReadOnlyList<DeployedMount> Mounts { get; init; } = [];

    public IReadOnlyList<DeployedProbe> Probes { get; init; } = [];

    public IReadOnlyList<DeployedWait> Waits { get; init; } = [];

    public DeployedProbe? Probe(ProbeType type) => Probes.FirstOrDefault(probe => probe.Type == type);

    public bool Migrates => Deployment.MigratesDatabase is not null;

    /// <summary>What a run of the migrations alone is given: the database.</summary>
    public IReadOnlyList<DeployedVariable> MigrationEnvironment => [.. Environment.Where(variable => variable.Name == $"ConnectionStrings__{Deployment.MigratesDatabase}")];
}
