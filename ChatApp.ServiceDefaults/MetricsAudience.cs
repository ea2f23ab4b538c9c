namespace ChatApp.ServiceDefaults;

/// <summary>To whom <c>/metrics</c> answers.</summary>
public enum MetricsAudience
{
    /// <summary>Whoever reaches the service: one that is not exposed to outsiders.</summary>
    Inside,

    /// <summary>Programs of this machine, and whoever comes by <see cref="MetricsOptions.Port"/>: a public edge.</summary>
    ThisMachine,
}
