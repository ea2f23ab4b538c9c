using System.Collections.Immutable;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace ChatApp.Hosting.Running;

/// <summary>Asks one process's probes: often until they are content and when they are not, seldom otherwise.</summary>
internal sealed class HealthMonitor(IResource resource, string id, IReadOnlyDictionary<string, int> ports, RunServices run, Func<Task> becameHealthy)
{
    private static readonly TimeSpan Eager = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Unwell = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Content = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    private readonly ProbeAnnotation[] _probes = [.. resource.Annotations.OfType<ProbeAnnotation>()];
    private readonly ProbeContext _context = new(resource, ports, run.Services);

    /// <summary>Whether there is anything to ask.</summary>
    public bool HasProbes => _probes.Length > 0;

    /// <summary>Whether the last answers were all good; without probes, always.</summary>
    public bool IsHealthy { get; private set; }

    /// <summary>Whether the process was healthy at any time.</summary>
    public bool WasHealthy { get; private set; }

    /// <summary>The reports before anything was asked.</summary>
    public ImmutableArray<HealthReportSnapshot> Unknown => [.. _probes.Select(probe => new HealthReportSnapshot(probe.Name, null, null, null))];

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        if (!HasProbes)
        {
            IsHealthy = true;
            await becameHealthy();
            return;
        }

        ImmutableArray<HealthReportSnapshot> last = Unknown;
        while (!cancellationToken.IsCancellationRequested)
        {
            ImmutableArray<HealthReportSnapshot> reports = [.. await Task.WhenAll(_probes.Select(probe => AskAsync(probe, cancellationToken)))];
            if (cancellationToken.IsCancellationRequested)
                return;
            IsHealthy = reports.All(report => report.Status == HealthStatus.Healthy);
            if (!reports.SequenceEqual(last))
                await run.Notifications.PublishUpdateAsync(resource, id, snapshot => snapshot with { HealthReports = reports });
            last = reports;
            if (IsHealthy && !WasHealthy)
            {
                WasHealthy = true;
                await becameHealthy();
            }

            await Task.Delay(IsHealthy ? Content : WasHealthy ? Unwell : Eager, run.Time, cancellationToken);
        }
    }

    private async Task<HealthReportSnapshot> AskAsync(ProbeAnnotation probe, CancellationToken cancellationToken)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(Timeout);
        try
        {
            var complaint = await probe.AskAsync(_context, timeout.Token);
            return new HealthReportSnapshot(probe.Name, complaint is null ? HealthStatus.Healthy : HealthStatus.Unhealthy, complaint, null);
        }
        catch (OperationCanceledException)
        {
            return new HealthReportSnapshot(probe.Name, HealthStatus.Unhealthy, $"no answer within {Timeout.TotalSeconds:0} s", null);
        }
        catch (Exception exception)
        {
            // A probe's failure of any kind is its answer.
            return new HealthReportSnapshot(probe.Name, HealthStatus.Unhealthy, exception.Message, exception.GetType().Name);
        }
    }
}
