using ChatApp.Orchestrator.Logging;
using ChatApp.ServiceDefaults;
using ChatApp.ServiceDefaults.Storage;

namespace ChatApp.Orchestrator.Storage;

/// <summary>Removes for good what is past its time, in batches, again and again. Any number of replicas may do it at once.</summary>
internal abstract class PurgeService(TimeSpan interval, TimeProvider time, ILogger logger) : PeriodicService
{
    /// <summary>Rows that one statement removes at most.</summary>
    protected const int Batch = 100;

    /// <returns>How many rows were removed.</returns>
    protected abstract Task<int> PurgeAsync(DateTimeOffset now, CancellationToken cancellationToken);

    protected override PeriodicTimer NewTimer() => new(interval, time);

    protected override async Task WorkAsync(CancellationToken cancellationToken)
    {
        while (await PurgeAsync(time.GetUtcNow(), cancellationToken) == Batch)
        {
            // Another full batch may wait.
        }
    }

    protected override void Failed(Exception exception)
    {
        if (TransientFailures.IsTransient(exception))
            Log.DatabaseAway(logger, exception.Message);
        else
            Log.UpkeepFailed(logger, exception);
    }
}
