namespace ChatApp.Hosting.Dashboard;

/// <summary>What the dashboard shows of a replica.</summary>
internal sealed record ResourceView
{
    public required string Id { get; init; }

    public required string Type { get; init; }

    public string? Source { get; init; }

    /// <summary>In words: <c>healthy</c>, <c>waits for redis</c>, <c>cannot start</c>...</summary>
    public required string State { get; init; }

    /// <summary>How the state looks: <c>good</c>, <c>busy</c>, <c>bad</c> or <c>idle</c>.</summary>
    public required string Tone { get; init; }

    /// <summary>Why it is not well, for people.</summary>
    public string? Detail { get; init; }

    public string? FailureLog { get; init; }

    public IReadOnlyList<UrlSnapshot> Urls { get; init; } = [];

    public int ProcessId { get; init; }

    public int Restarts { get; init; }

    public TimeSpan? Uptime { get; init; }

    public Usage? Usage { get; init; }

    public string? Value { get; init; }

    public bool CanStart { get; init; }

    public bool CanStop { get; init; }

    public IReadOnlyList<EnvironmentVariableSnapshot> Environment { get; init; } = [];

    public IReadOnlyList<HealthReportSnapshot> Health { get; init; } = [];
}
