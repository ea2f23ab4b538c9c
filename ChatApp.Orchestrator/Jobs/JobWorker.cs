using ChatApp.Orchestrator.Logging;
using ChatApp.ServiceDefaults.Storage;
using Microsoft.Extensions.Options;

namespace ChatApp.Orchestrator.Jobs;

/// <summary>Does jobs, so many at a time. A job whose worker dies is another's when its lease ends.</summary>
internal sealed class JobWorker(JobStore jobs, IEnumerable<IJobHandler> handlers, TimeProvider time, IOptions<JobOptions> options, ILogger<JobWorker> logger) : BackgroundService
{
    private readonly Dictionary<string, IJobHandler> _handlers = handlers.ToDictionary(handler => handler.Kind);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(Enumerable.Range(0, options.Value.Workers).Select(_ => WorkAsync(stoppingToken)));

    private async Task WorkAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                if (await jobs.TakeAsync(_handlers.Keys, stoppingToken) is { } job)
                {
                    // There may be work for another one, too.
                    jobs.Asked.Set();
                    await DoAsync(job, stoppingToken);
                }
                else
                {
                    await jobs.Asked.WaitAsync(options.Value.PollInterval, time, stoppingToken);
                }
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception)
            {
                if (TransientFailures.IsTransient(exception))
                    Log.DatabaseAway(logger, exception.Message);
                else
                    Log.UpkeepFailed(logger, exception);
                await Task.Delay(options.Value.PollInterval, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task DoAsync(Job job, CancellationToken stoppingToken)
    {
        var handler = _handlers[job.Kind];
        if (job.Attempts > options.Value.Attempts)
        {
            // Each attempt before ended with its worker.
            await GiveUpAsync(handler, job, job.Error ?? "It ended the process that did it.", stoppingToken);
            return;
        }

        using var lost = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        var renewing = RenewAsync(job, lost);
        try
        {
            await handler.RunAsync(job, lost.Token);
            await jobs.CompleteAsync(job, CancellationToken.None);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            await jobs.ReturnAsync(job, CancellationToken.None);
        }
        catch (OperationCanceledException) when (lost.IsCancellationRequested)
        {
            Log.JobLost(logger, job.Kind, job.Subject);
        }
        catch (JobFailedException failed)
        {
            await GiveUpAsync(handler, job, failed.Message, stoppingToken);
        }
        catch (Exception exception) when (job.Attempts < options.Value.Attempts)
        {
            Log.JobFailed(logger, exception, job.Kind, job.Subject, job.Attempts);
            await jobs.RetryAsync(job, exception.Message, CancellationToken.None);
        }
        catch (Exception exception)
        {
            Log.JobFailed(logger, exception, job.Kind, job.Subject, job.Attempts);
            await GiveUpAsync(handler, job, exception.Message, stoppingToken);
        }
        finally
        {
            await lost.CancelAsync();
            await renewing;
        }
    }

    private async Task GiveUpAsync(IJobHandler handler, Job job, string reason, CancellationToken cancellationToken)
    {
        Log.JobGivenUp(logger, job.Kind, job.Subject, reason);
        await handler.GiveUpAsync(job, reason, cancellationToken);
        await jobs.GiveUpAsync(job, reason, cancellationToken);
    }

    private async Task RenewAsync(Job job, CancellationTokenSource lost)
    {
        try
        {
            using var timer = new PeriodicTimer(options.Value.Lease / 3, time);
            var heard = time.GetTimestamp();
            while (await timer.WaitForNextTickAsync(lost.Token))
            {
                try
                {
                    if (!await jobs.RenewAsync(job, lost.Token))
                        await lost.CancelAsync();
                    heard = time.GetTimestamp();
                }
                catch (Exception exception) when (TransientFailures.IsTransient(exception))
                {
                    // It may be another's by now.
                    if (time.GetElapsedTime(heard) > options.Value.Lease)
                        await lost.CancelAsync();
                }
            }
        }
        catch (OperationCanceledException)
        {
            // It is over.
        }
    }
}
