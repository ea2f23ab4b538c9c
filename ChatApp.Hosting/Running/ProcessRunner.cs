using System.ComponentModel;
using ChatApp.Hosting.Processes;
using ChatApp.Hosting.Proxying;
using ChatApp.Hosting.Reporting;

namespace ChatApp.Hosting.Running;

/// <summary>Runs one process of a resource: waits for others, starts it, watches its health, starts it again when it crashes.</summary>
internal sealed class ProcessRunner : IResourceRunner, IAsyncDisposable
{
    private const int AttemptsToBecomeHealthy = 3;
    private const int FailureLines = 20;
    private static readonly TimeSpan Unprobed = TimeSpan.FromSeconds(5);

    private readonly RunServices _run;
    private readonly ProcessDefinition _definition;
    private readonly IReadOnlyDictionary<string, int> _ports;
    private readonly ResourceLog _log;
    private readonly bool _endsByItself;
    private readonly Lock _gate = new();
    private CancellationTokenSource? _stop;
    private Task _loop = Task.CompletedTask;
    private volatile HealthMonitor? _health;
    private int _restarts;
    private bool _wasEverHealthy;
    private int _firstLine;

    public ProcessRunner(IResource resource, string id, ProcessDefinition definition, IReadOnlyDictionary<string, int> ports, bool endsByItself, RunServices run)
    {
        Resource = resource;
        Id = id;
        _definition = definition;
        _ports = ports;
        _endsByItself = endsByItself || !definition.IsService(resource);
        _run = run;
        _log = run.Logs.Log(id);
    }

    public IResource Resource { get; }

    public string Id { get; }

    public bool HasCommands => true;

    /// <summary>The ports of the process, by endpoint name.</summary>
    public IReadOnlyDictionary<string, int> Ports => _ports;

    /// <summary>Whether a proxy may send connections here.</summary>
    public bool IsLive => _health is { IsHealthy: true };

    public void Start()
    {
        lock (_gate)
        {
            if (!_loop.IsCompleted)
                return;
            _stop?.Dispose();
            _stop = new CancellationTokenSource();
            var token = _stop.Token;
            _loop = Task.Run(() => RunAsync(token), CancellationToken.None);
        }
    }

    public async Task StopAsync()
    {
        Task loop;
        lock (_gate)
        {
            _stop?.Cancel();
            loop = _loop;
        }

        await loop;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _stop?.Dispose();
    }

    private async Task RunAsync(CancellationToken stop)
    {
        _wasEverHealthy = false;
        _restarts = 0;
        try
        {
            await new DependencyGate(Resource, Id, _run).WaitAsync(stop);
            await _run.Eventing.PublishAsync(new BeforeResourceStartedEvent(Resource, _run.Services), stop);
            await RunAgainAndAgainAsync(stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            await PublishAsync(snapshot => snapshot.With(KnownProperties.WaitsFor, null) with { State = KnownResourceStates.Exited, StopTimeStamp = Now, HealthReports = [] });
        }
        catch (Exception exception)
        {
            // Whatever went wrong is this resource's failure; the others go on.
            await FailAsync(exception is DistributedApplicationException or Win32Exception ? exception.Message : exception.ToString());
        }
    }

    private async Task RunAgainAndAgainAsync(CancellationToken stop)
    {
        for (var crashes = 1; ; crashes++)
        {
            var started = _run.Time.GetTimestamp();
            var code = await RunOnceAsync(isFirst: crashes == 1 && _restarts == 0, stop);
            if (stop.IsCancellationRequested)
            {
                await PublishAsync(snapshot => snapshot with { State = KnownResourceStates.Exited, ExitCode = code, StopTimeStamp = Now, HealthReports = [] });
                return;
            }

            if (_endsByItself && (code == 0 || !_definition.IsService(Resource)))
            {
                await EndAsync(code);
                return;
            }

            var ran = _run.Time.GetElapsedTime(started);
            _wasEverHealthy |= _health is { HasProbes: true } health ? health.WasHealthy : ran > Unprobed;
            if (!_wasEverHealthy && crashes >= AttemptsToBecomeHealthy)
            {
                await FailAsync($"the process {Describe(code)} {crashes} times before it was healthy", code);
                return;
            }

            if (ran > RestartDelay.Settled)
                crashes = 1;
            var delay = RestartDelay.After(crashes, _run.Options.LongestRestartDelay);
            _restarts++;
            var lines = LastLines();
            _log.Append($"The process {Describe(code)}; it is started again in {delay.TotalSeconds:0.##} s", isError: true);
            await PublishAsync(snapshot => snapshot.With(KnownProperties.Restarts, _restarts).With(KnownProperties.Failure, $"the process {Describe(code)}; restart {_restarts} in {delay.TotalSeconds:0.##} s").With(KnownProperties.FailureLog, lines)
                with
            { State = new ResourceStateSnapshot("Restarting", KnownResourceStateStyles.Warn), ExitCode = code, StopTimeStamp = Now, HealthReports = [] });
            await Task.Delay(delay, _run.Time, stop);
        }
    }

    /// <summary>Runs the process to its end and returns its exit code.</summary>
    private async Task<int> RunOnceAsync(bool isFirst, CancellationToken stop)
    {
        _health = null;
        _firstLine = _log.NextLine;
        await PublishAsync(snapshot => snapshot with { State = KnownResourceStates.Starting, HealthReports = [] });
        if (isFirst)
            CheckPorts();
        var environment = await LaunchEnvironment.BuildAsync(Resource, Id, _ports, _run.Environment, _run.Telemetry, stop);
        var spec = await _definition.PrepareAsync(
            new LaunchContext
            {
                Resource = Resource,
                InstanceId = Id,
                Ports = _ports,
                Environment = environment.Variables,
                Arguments = environment.Arguments,
                State = _run.Options.State,
                Log = _log,
            },
            stop);
        stop.ThrowIfCancellationRequested();

        var process = ChildProcess.Start(spec, line => _log.Append(line));
        _run.Guard.Add(process, spec);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var health = new HealthMonitor(Resource, Id, _ports, _run, () => OnHealthyAsync(ended.Token));
        await PublishAsync(snapshot => snapshot.With(KnownProperties.ProcessId, process.Id)
            with
        { State = KnownResourceStates.Running, StartTimeStamp = Now, StopTimeStamp = null, ExitCode = null, HealthReports = health.Unknown, EnvironmentVariables = [.. Shown(environment)] });
        _health = health;
        var monitoring = health.RunAsync(ended.Token);
        try
        {
            return await process.Exited.WaitAsync(stop);
        }
        catch (OperationCanceledException)
        {
            await PublishAsync(snapshot => snapshot with { State = KnownResourceStates.Stopping });
            await process.StopAsync(spec.StopSignal, spec.StopTimeout);
            return await process.Exited;
        }
        finally
        {
            await ended.CancelAsync();
            await monitoring.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            _run.Guard.Remove(process);
            await PublishAsync(snapshot => snapshot.With(KnownProperties.ProcessId, null));
        }
    }

    private async Task OnHealthyAsync(CancellationToken cancellationToken)
    {
        await PublishAsync(snapshot => snapshot.With(KnownProperties.Failure, null).With(KnownProperties.FailureLog, null));
        await _run.Eventing.PublishAsync(new ResourceReadyEvent(Resource, _run.Services), cancellationToken);
    }

    private void CheckPorts()
    {
        foreach (var (name, port) in _ports.Where(endpoint => !FreePorts.IsFree(endpoint.Value)))
        {
            var holder = PortHolder.Find(port) is { } found ? $" by {found}" : "";
            throw new DistributedApplicationException($"Port {port} (endpoint '{name}' of '{Resource.Name}') is in use{holder}. End that process, or choose another port.");
        }
    }

    private Task EndAsync(int code) =>
        PublishAsync(snapshot => (code == 0 ? snapshot : snapshot.With(KnownProperties.Failure, $"the process {Describe(code)}").With(KnownProperties.FailureLog, LastLines()))
            with
        { State = code == 0 ? KnownResourceStates.Finished : new ResourceStateSnapshot(KnownResourceStates.Exited, KnownResourceStateStyles.Error), ExitCode = code, StopTimeStamp = Now, HealthReports = [] });

    private Task FailAsync(string reason, int? code = null)
    {
        var lines = LastLines();
        _log.Append($"Cannot start: {reason}", isError: true);
        return PublishAsync(snapshot => snapshot.With(KnownProperties.Failure, reason).With(KnownProperties.FailureLog, lines).With(KnownProperties.WaitsFor, null)
            with
        { State = new ResourceStateSnapshot(KnownResourceStates.FailedToStart, KnownResourceStateStyles.Error), ExitCode = code ?? snapshot.ExitCode, StopTimeStamp = Now, HealthReports = [] });
    }

    private string? LastLines() => _log.Tail(FailureLines, _firstLine) is { Count: > 0 } lines ? string.Join(Environment.NewLine, lines.Select(line => line.Content)) : null;

    private static string Describe(int code) => code > 128 ? $"was ended by signal {code - 128}" : $"ended with code {code}";

    private static IEnumerable<EnvironmentVariableSnapshot> Shown(LaunchEnvironment environment) =>
        environment.Described.OrderBy(variable => variable.Key, StringComparer.Ordinal)
            .Select(variable => new EnvironmentVariableSnapshot(variable.Key, environment.Secret.Contains(variable.Key) ? Secrets.Mask : variable.Value, IsFromSpec: true));

    private DateTime Now => _run.Time.GetUtcNow().UtcDateTime;

    private Task PublishAsync(Func<CustomResourceSnapshot, CustomResourceSnapshot> change) => _run.Notifications.PublishUpdateAsync(Resource, Id, change);
}
