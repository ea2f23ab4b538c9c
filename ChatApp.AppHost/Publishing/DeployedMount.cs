namespace ChatApp.AppHost.Publishing;

/// <summary>A folder that outlives a container.</summary>
/// <param name="IsGiven">Filled by whoever deploys and shared by all replicas, rather than the resource's own.</param>
internal sealed record DeployedMount(string Name, string Target, bool IsReadOnly, bool IsGiven);
