using System.Collections.Concurrent;
using ChatApp.Inference.Engine.Metrics;
using ChatApp.Inference.Engine.Requests;
using ChatApp.Inference.Engine.Runner;
using ChatApp.Inference.Engine.Scheduling;
using ChatApp.Inference.Tokens;

namespace ChatApp.Inference.Engine;

/// <summary>
/// The thread that owns the model. Each turn: take submissions, drop the cancelled, give out lanes, plan, run and commit one step. Nothing here
/// is touched by other threads but the queue of submissions, the signal and the few volatile fields.
/// </summary>
internal sealed class EngineLoop
{
    private const int MaxFailuresOfSequence = 2;
    private const int MaxFailuresInARow = 10;
    private static readonly TimeSpan QueueCheck = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestRestartDelay = TimeSpan.FromSeconds(30);

    private readonly EngineOptions _options;
    private readonly IModelRunner _runner;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly ConcurrentQueue<Generation> _submitted = new();
    private readonly object _signal = new();
    private readonly Thread _thread;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly EngineSequences _sequences;
    private readonly StepRunner _steps;
    private readonly SchedulerLimits _limits;
    private readonly AdmissionPlan _admission = new();
    private readonly StepPlan _plan = new();

    private volatile EngineHealth _health = new(EngineState.Ready);
    private readonly Lock _publishing = new();
    private EngineStats _stats;
    private volatile bool _stop;
    private volatile bool _closed;
    private long _validatedSteps;
    private bool _signalled;
    private int _failuresInARow;
    private TimeSpan _restartDelay = TimeSpan.Zero;

    public EngineLoop(EngineOptions options, IModelRunner runner, ITokenText text, EngineMetrics metrics, TimeProvider time, ILogger logger)
    {
        _options = options;
        _runner = runner;
        _time = time;
        _logger = logger;
        _limits = new SchedulerLimits(runner.Lanes, options.PrefillChunkTokens, options.MaxQueueTime, options.FairnessWait);
        _sequences = new EngineSequences(options, runner, metrics, time);
        _steps = new StepRunner(runner, _sequences, text, metrics, time);
        _stats = _sequences.Stats();
        _thread = new Thread(Run) { IsBackground = true, Name = $"engine {options.Id}" };
    }

    public EngineHealth Health => _health;

    public EngineStats Stats
    {
        get
        {
            lock (_publishing)
                return _stats;
        }
    }

    /// <summary>When a refused request may be tried again: about when the queue has moved on by one request.</summary>
    public TimeSpan RetryAfter => TimeSpan.FromSeconds(Math.Clamp(_sequences.RequestSeconds * Math.Max(1, Stats.Waiting) / _runner.Lanes, 1, 60));

    /// <summary>Completes when the thread has ended and every request has been answered.</summary>
    public Task Ended => _ended.Task;

    /// <summary>Called on the engine's thread after every step, for tests: sees the whole state.</summary>
    public Action<EngineSequences>? AfterStep { get; init; }

    public void Start() => _thread.Start();

    /// <summary>Hands a request in. It is always answered: by the engine's thread, or, where that has ended, with a refusal from here.</summary>
    public void Submit(Generation generation)
    {
        _submitted.Enqueue(generation);
        // Taking the signal's lock orders the two: whoever looks second, thread or caller, sees what the other has done.
        Wake();
        if (_closed)
            RefuseSubmitted();
    }

    public void Wake()
    {
        lock (_signal)
        {
            _signalled = true;
            Monitor.Pulse(_signal);
        }
    }

    /// <summary>Ends everything that still runs, then the thread.</summary>
    public void Stop()
    {
        _stop = true;
        Wake();
    }

    private void Run()
    {
        var end = new EngineHealth(EngineState.Stopped);
        try
        {
            while (!_stop)
            {
                if (!Turn())
                    Idle();
            }
        }
        catch (Exception e)
        {
            // Other models of the process go on.
            end = new EngineHealth(EngineState.Unhealthy, $"The engine has ended ({e.GetType().Name}); the service must be restarted.");
            EngineLog.LoopFailed(_logger, e, _options.Id);
        }
        finally
        {
            _health = end;
            lock (_signal)
                _closed = true;
            RefuseSubmitted();
            _sequences.EndAll(RefusalKind.Draining, "The engine is shutting down.");
            Publish();
            _ended.TrySetResult();
        }
    }

    private void RefuseSubmitted()
    {
        while (_submitted.TryDequeue(out var generation))
            generation.Complete(new RequestRefusedException(RefusalKind.Draining, "The engine is shutting down.", EngineSequences.SoonAgain));
    }

    /// <returns>False when there was nothing to do.</returns>
    private bool Turn()
    {
        _plan.Clear();
        try
        {
            _sequences.Take(_submitted);
            _sequences.DropCancelled();
            if (_health.State == EngineState.Unhealthy)
                return Restart();
            if (_sequences.Waiting.Count > 0)
            {
                Scheduler.PlanAdmission(_sequences.View(), _limits, _admission);
                _sequences.Apply(_admission, _options.MaxQueueTime);
            }

            Scheduler.PlanStep(_sequences.View(), _limits, _plan);
            if (_plan.IsEmpty)
                return false;
            _steps.Run(_plan);
            _failuresInARow = 0;
            AfterStep?.Invoke(_sequences);
            Publish();
            return true;
        }
        catch (Exception e)
        {
            Fail(e);
            return true;
        }
    }

    /// <summary>Copied under a lock rather than made anew: a step allocates nothing.</summary>
    private void Publish()
    {
        var stats = _sequences.Stats();
        lock (_publishing)
            _stats = stats;
    }

    private void Idle()
    {
        if (_validatedSteps != _sequences.Steps)
        {
            _validatedSteps = _sequences.Steps;
            try
            {
                EngineValidator.Validate(_sequences);
            }
            catch (EngineInvariantException e)
            {
                Fail(e);
            }
        }

        // Somebody who waits may run out of time, and a broken session is tried again; else only a signal brings work.
        Publish();
        var wait = _health.State == EngineState.Unhealthy ? _restartDelay + TimeSpan.FromMilliseconds(1)
            : _sequences.Waiting.Count > 0 ? QueueCheck
            : Timeout.InfiniteTimeSpan;
        lock (_signal)
        {
            if (!_signalled)
                Monitor.Wait(_signal, wait);
            _signalled = false;
        }
    }

    /// <summary>
    /// After a failed step nothing in the lanes is trusted: sequences go back to their last committed token, to be recomputed, and those that were
    /// part of a failure before end with an error. The session is made anew before anything else runs. When the account itself is in doubt, or
    /// nothing but failures has come for long, every request ends.
    /// </summary>
    private void Fail(Exception error)
    {
        EngineLog.StepFailed(_logger, error, _options.Id);
        _health = new EngineHealth(EngineState.Unhealthy, $"A step failed ({error.GetType().Name}); the session is being restarted.");
        _restartDelay = TimeSpan.Zero;
        _sequences.FailedSteps++;
        if (error is EngineInvariantException)
            _sequences.EndAll(RefusalKind.Unhealthy, "The engine lost track of its state and was restarted.");
        else if (++_failuresInARow > MaxFailuresInARow)
            _sequences.EndAll(RefusalKind.Unhealthy, $"The engine failed again and again ({error.GetType().Name}) and was restarted.");
        else
            _sequences.RollBack(_steps.Ran, MaxFailuresOfSequence, error.GetType().Name);
    }

    private bool Restart()
    {
        try
        {
            _sequences.ForgetCache();
            _runner.Restart();
            EngineValidator.Validate(_sequences);
            _health = new EngineHealth(EngineState.Ready);
            _restartDelay = TimeSpan.Zero;
            EngineLog.Restarted(_logger, _options.Id);
            return true;
        }
        catch (Exception e)
        {
            EngineLog.RestartFailed(_logger, e, _options.Id);
            _health = new EngineHealth(EngineState.Unhealthy, $"The session could not be restarted: {e.Message}");
            _sequences.EndAll(RefusalKind.Unhealthy, "The engine failed and could not be restarted.");
            _restartDelay = _restartDelay == TimeSpan.Zero ? TimeSpan.FromSeconds(1) : Min(_restartDelay * 2, LongestRestartDelay);
            return false;
        }
    }

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;
}
