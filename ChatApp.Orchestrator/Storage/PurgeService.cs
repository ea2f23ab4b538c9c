using ChatApp.Orchestrator.Logging;
using ChatApp.ServiceDefaults.Storage;

namespace ChatApp.Orchestrator.Storage;

/// <summary>Removes for good what is past its time, in batches, again and again. Any number of replicas may do it at once.</summary>
internal abstract class PurgeService(TimeSpan interval, TimeProvider time, ILogger logger) : BackgroundService
{
    /// <summary>Rows that one statement removes at most.</summary>
    protected const int Batch = 100;

    /// <returns>How many rows were removed.</returns>
    protected abstract Task<int> PurgeAsync(DateTimeOffset now, CancellationToken cancellationToken);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(interval, time);
        try
        {
            do
            {
                try
                {
                    while (await PurgeAsync(time.GetUtcNow(), stoppingToken) == Batch)
                    {
                        // Another full batch may wait.
                    }
                }
                catch (Exception exception) when (TransientFailures.IsTransient(exception))
                {
                    Log.DatabaseAway(logger, exception.Message);
                }
                catch (Exception exception) when (exception is not OperationCanceledException)
                {
                    // Another round comes; a service that gives up would take the whole replica down.
                    Log.UpkeepFailed(logger, exception);
                }
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException)
        {
            // The host stops.
        }
    }
}
