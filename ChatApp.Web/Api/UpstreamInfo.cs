namespace ChatApp.Web.Api;

/// <summary>The condition of a server that models run on, as one replica of the gateway knows it.</summary>
public sealed record UpstreamInfo
{
    public required string Name { get; init; }

    public string Kind { get; init; } = "";

    /// <summary><c>Closed</c>: in use; <c>Open</c>: left alone; <c>Trial</c>: tried once.</summary>
    public string Breaker { get; init; } = "";

    public int InFlight { get; init; }

    public int ReportedLoad { get; init; }

    public string? LastFailure { get; init; }

    public DateTimeOffset? LastFailureAt { get; init; }
}
