namespace ChatApp.AppHost.Publishing.Model;

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

/// <summary>A folder that outlives a container.</summary>
/// <param name="IsGiven">Filled by whoever deploys and shared by all replicas, rather than the resource's own.</param>
internal sealed record DeployedMount(string Name, string Target, bool IsReadOnly, bool IsGiven);

/// <summary>How a running container is asked how it is.</summary>
/// <param name="Path">Null: a connection is enough.</param>
internal sealed record DeployedProbe(ProbeType Type, int Port, string? Path, int PeriodSeconds, int TimeoutSeconds, int FailureThreshold);

/// <summary>An environment variable.</summary>
internal sealed record DeployedVariable(string Name, DeployedText Value);

/// <summary>What has to have happened to another resource before this one starts.</summary>
internal sealed record DeployedWait(string Resource, WaitType Until);
