using System.Text;
using ChatApp.Hosting.Processes;
using ChatApp.Hosting.State;

namespace ChatApp.Hosting.Guarding;

/// <summary>
/// The AppHost's side of the <see cref="Guard"/>: holds the pipe whose end tells the guard that the AppHost is gone, and
/// starts the guard again should someone kill it.
/// </summary>
internal sealed class GuardClient : IAsyncDisposable
{
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private readonly StateDirectory _state;
    private readonly Lock _gate = new();
    private readonly Dictionary<int, string> _registered = [];
    private ChildProcess _guard;
    private Task _watch;
    private volatile bool _stopping;

    public GuardClient(StateDirectory state)
    {
        _state = state;
        _guard = Start();
        _watch = WatchAsync(_guard);
    }

    public int ProcessId => _guard.Id;

    /// <summary>Puts a process under guard; call it directly after the process's start.</summary>
    public void Add(ChildProcess process, ProcessSpec spec)
    {
        if (ProcessIdentity.StartOf(process.Id) is not { } start)
            return;
        lock (_gate)
        {
            _registered[process.Id] = Guard.Add(process.Id, start, spec);
            Send(_registered[process.Id]);
        }
    }

    public void Remove(ChildProcess process)
    {
        lock (_gate)
        {
            if (_registered.Remove(process.Id))
                Send(Guard.Remove(process.Id));
        }
    }

    /// <summary>Ends the guard; it stops what is still registered.</summary>
    public async ValueTask DisposeAsync()
    {
        Task watch;
        lock (_gate)
        {
            _stopping = true;
            _guard.Input!.Dispose();
            watch = _watch;
        }

        try
        {
            await watch.WaitAsync(StopTimeout);
        }
        catch (TimeoutException)
        {
            ProcessSignals.KillTree(_guard.Id);
        }
    }

    private ChildProcess Start() =>
        ChildProcess.Start(HelperProcess.Spec(Guard.Command, [_state.GuardLockFile], new Dictionary<string, string>()) with { RedirectInput = true }, _ => { });

    private async Task WatchAsync(ChildProcess guard)
    {
        await guard.Exited;
        if (!_stopping)
            await Task.Delay(Pause);
        lock (_gate)
        {
            if (_stopping)
                return;
            _guard = Start();
            foreach (var line in _registered.Values)
                Send(line);
            _watch = WatchAsync(_guard);
        }
    }

    private void Send(string line)
    {
        try
        {
            _guard.Input!.Write(Encoding.ASCII.GetBytes(line + "\n"));
            _guard.Input.Flush();
        }
        catch (IOException)
        {
            // The guard was killed; the watch starts another and tells it everything.
        }
    }
}
