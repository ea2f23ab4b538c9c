namespace ChatApp.Tests.Inference.Engine;

/// <summary>Lets a scripted model run only as often as a test allows.</summary>
internal sealed class SteppedRuns : IDisposable
{
    private readonly SemaphoreSlim _allowed = new(0);
    private readonly ScriptedRunner _runner;
    private readonly int _first;
    private int _done;
    private int _target = int.MaxValue;
    private TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public SteppedRuns(ScriptedRunner runner)
    {
        _runner = runner;
        _first = runner.Runs;
        runner.OnRun = run =>
        {
            Volatile.Write(ref _done, run - _first - 1);
            if (_done >= Volatile.Read(ref _target))
                _reached.TrySetResult();
            _allowed.Wait();
        };
    }

    public void Allow(int runs) => _allowed.Release(runs);

    /// <summary>Completes when the run after so many is about to begin.</summary>
    public Task Reached(int runs)
    {
        Volatile.Write(ref _target, runs);
        if (Volatile.Read(ref _done) >= runs)
            _reached.TrySetResult();
        return _reached.Task;
    }

    public void Dispose()
    {
        _runner.OnRun = _ => { };
        _allowed.Release(100_000);
    }
}
