namespace ChatApp.AppHost.Publishing;

/// <summary>How a running container is asked how it is.</summary>
/// <param name="Path">Null: a connection is enough.</param>
internal sealed record DeployedProbe(ProbeType Type, int Port, string? Path, int PeriodSeconds, int TimeoutSeconds, int FailureThreshold);
