using System.Collections.Immutable;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>What is known of a resource at a moment.</summary>
public sealed record CustomResourceSnapshot
{
    /// <summary>The kind of resource.</summary>
    public required string ResourceType { get; init; }

    /// <summary>Facts about it; names in <see cref="KnownProperties"/>.</summary>
    public required ImmutableArray<ResourcePropertySnapshot> Properties { get; init; }

    /// <summary>The state.</summary>
    public ResourceStateSnapshot? State { get; init; }

    /// <summary>The exit code of the last process.</summary>
    public int? ExitCode { get; init; }

    /// <summary>When it was described.</summary>
    public DateTime? CreationTimeStamp { get; init; }

    /// <summary>When the last process started.</summary>
    public DateTime? StartTimeStamp { get; init; }

    /// <summary>When the last process ended.</summary>
    public DateTime? StopTimeStamp { get; init; }

    /// <summary>Health: null unless running; without checks a running resource is healthy.</summary>
    public HealthStatus? HealthStatus =>
        State?.Text != KnownResourceStates.Running ? null
        : HealthReports.IsEmpty ? Microsoft.Extensions.Diagnostics.HealthChecks.HealthStatus.Healthy
        : HealthReports.Min(report => report.Status ?? Microsoft.Extensions.Diagnostics.HealthChecks.HealthStatus.Unhealthy);

    /// <summary>The last answers of the health checks.</summary>
    public ImmutableArray<HealthReportSnapshot> HealthReports { get; init; } = [];

    /// <summary>The variables of the last process.</summary>
    public ImmutableArray<EnvironmentVariableSnapshot> EnvironmentVariables { get; init; } = [];

    /// <summary>The addresses.</summary>
    public ImmutableArray<UrlSnapshot> Urls { get; init; } = [];

    internal T? Property<T>(string name) => Properties.FirstOrDefault(property => property.Name == name) is { Value: T value } ? value : default;

    internal CustomResourceSnapshot With(string name, object? value)
    {
        var rest = Properties.RemoveAll(property => property.Name == name);
        return this with { Properties = value is null ? rest : rest.Add(new ResourcePropertySnapshot(name, value)) };
    }
}
