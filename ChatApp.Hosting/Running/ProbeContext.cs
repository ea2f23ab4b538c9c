namespace ChatApp.Hosting.Running;

/// <summary>Whom a probe asks.</summary>
/// <param name="Ports">The port that this process listens on, by endpoint name.</param>
internal sealed record ProbeContext(IResource Resource, IReadOnlyDictionary<string, int> Ports, IServiceProvider Services);
