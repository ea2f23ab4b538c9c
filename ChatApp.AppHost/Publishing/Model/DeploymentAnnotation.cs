namespace ChatApp.AppHost.Publishing.Model;

/// <summary>What the model has no words for: size, scaling and how long a stop may take. Read by the steps that publish.</summary>
internal sealed record DeploymentAnnotation : IResourceAnnotation
{
    /// <summary>What stores get: one replica, and a moment to write what they hold.</summary>
    public static DeploymentAnnotation Store { get; } = new() { Size = new("250m", "2", "512Mi", "2Gi"), DrainSeconds = 60 };

    /// <summary>What our services have in common: any number of replicas that hold nothing, and a minute to end their answers.</summary>
    public static DeploymentAnnotation Service(ResourceSize size) =>
        new() { Size = size, ScalesBy = ScalesBy.Cpu, LeastReplicas = 2, MostReplicas = 10, DrainSeconds = 60 };

    public required ResourceSize Size { get; init; }

    public ScalesBy ScalesBy { get; init; }

    public int LeastReplicas { get; init; } = 1;

    public int MostReplicas { get; init; } = 1;

    /// <summary>From the request to stop to being killed. Has to be longer than the host's own limit, or answers are cut.</summary>
    public required int DrainSeconds { get; init; }

    /// <summary>A browser has to come back to the replica that has its page.</summary>
    public bool HoldsSessions { get; init; }

    /// <summary>The connection string of the database in which it has a schema, and so the command that brings that up to date.</summary>
    public string? MigratesDatabase { get; init; }

    /// <summary>Size of each volume that is its own, or of the folder that it is given.</summary>
    public string Storage { get; init; } = "20Gi";
}

/// <summary>What tells that more replicas are needed.</summary>
internal enum ScalesBy
{
    /// <summary>Nothing: it is one.</summary>
    Nothing,

    Cpu,

    /// <summary>Requests that wait for the engine, and how full its KV cache is. An accelerator's CPU says nothing of either.</summary>
    EngineQueue,
}

/// <summary>What a replica is promised and what it may take at most, in Kubernetes' units (<c>250m</c>, <c>1Gi</c>).</summary>
internal sealed record ResourceSize(string CpuRequest, string CpuLimit, string MemoryRequest, string MemoryLimit);
