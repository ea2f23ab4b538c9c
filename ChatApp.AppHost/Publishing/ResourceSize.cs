namespace ChatApp.AppHost.Publishing;

/// <summary>What a replica is promised and what it may take at most, in Kubernetes' units (<c>250m</c>, <c>1Gi</c>).</summary>
internal sealed record ResourceSize(string CpuRequest, string CpuLimit, string MemoryRequest, string MemoryLimit);
