using ChatApp.Hosting.Running;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace ChatApp.Hosting.Dashboard;

/// <summary>Makes views of what is known of the resources.</summary>
internal sealed class ResourceViews(ApplicationRun run, ResourceNotificationService notifications, UsageMeter usage, TimeProvider time)
{
    /// <summary>All of them: what runs first, then what only is a value.</summary>
    public IReadOnlyList<ResourceView> All() =>
        [.. run.Runners.OrderBy(runner => runner.HasCommands ? 0 : runner.Resource is IResourceWithParent ? 1 : 2).Select(View).OfType<ResourceView>()];

    public ResourceView? Find(string id) =>
        run.Runners.FirstOrDefault(runner => string.Equals(runner.Id, id, StringComparison.OrdinalIgnoreCase)) is { } runner ? View(runner) : null;

    private ResourceView? View(IResourceRunner runner)
    {
        if (!notifications.TryGetCurrentState(runner.Id, out var known))
            return null;
        var snapshot = known.Snapshot;
        var process = snapshot.Property<int>(KnownProperties.ProcessId);
        var (state, tone) = Describe(snapshot, runner.HasCommands);
        var isOff = snapshot.State?.Text is not { } text || text == KnownResourceStates.NotStarted || KnownResourceStates.TerminalStates.Contains(text, StringComparer.Ordinal);
        return new ResourceView
        {
            Id = runner.Id,
            Type = snapshot.ResourceType,
            Source = snapshot.Property<string>(KnownProperties.Source),
            State = state,
            Tone = tone,
            Detail = snapshot.Property<string>(KnownProperties.Failure) ?? snapshot.HealthReports.FirstOrDefault(report => report.Status == HealthStatus.Unhealthy)?.Description,
            FailureLog = snapshot.Property<string>(KnownProperties.FailureLog),
            Urls = [.. snapshot.Urls],
            ProcessId = process,
            Restarts = snapshot.Property<int>(KnownProperties.Restarts),
            Uptime = process != 0 && snapshot.StartTimeStamp is { } started ? time.GetUtcNow().UtcDateTime - started : null,
            Usage = process != 0 ? usage.Of(process) : null,
            Value = snapshot.Property<string>(KnownProperties.Value),
            CanStart = runner.HasCommands && isOff,
            CanStop = runner.HasCommands && !isOff && snapshot.State?.Text != KnownResourceStates.Stopping,
            Environment = [.. snapshot.EnvironmentVariables],
            Health = [.. snapshot.HealthReports],
        };
    }

    private static (string State, string Tone) Describe(CustomResourceSnapshot snapshot, bool isProcess)
    {
        var state = snapshot.State?.Text;
        if (state == KnownResourceStates.Running)
        {
            return snapshot.HealthStatus switch
            {
                HealthStatus.Healthy => (!isProcess ? "available" : snapshot.HealthReports.IsEmpty ? "running" : "healthy", "good"),
                // Before the first answer, and while a process that has not been well yet starts up.
                _ when snapshot.HealthReports.All(report => report.Status is null) => ("starting", "busy"),
                _ => ("not healthy", "bad"),
            };
        }

        if (state == KnownResourceStates.Waiting)
            return ($"waits for {snapshot.Property<string>(KnownProperties.WaitsFor)}", "busy");
        if (state == KnownResourceStates.FailedToStart)
            return ("cannot start", "bad");
        if (state == KnownResourceStates.Exited)
            return snapshot.ExitCode is null or 0 ? ("stopped", "idle") : ($"ended with code {snapshot.ExitCode}", "idle");
        if (state == KnownResourceStates.NotStarted)
            return ("not started", "idle");
        if (state == KnownResourceStates.Finished)
            return ("finished", "idle");
        return (state?.ToLowerInvariant() ?? "unknown", state == "Restarting" ? "bad" : "busy");
    }
}
