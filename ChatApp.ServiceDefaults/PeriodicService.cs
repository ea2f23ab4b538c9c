using Microsoft.Extensions.Hosting;

namespace ChatApp.ServiceDefaults;

/// <summary>Work that is done again and again while the host runs, from its start on. A time that fails is told, and is not the last.</summary>
public abstract class PeriodicService : BackgroundService
{
    /// <summary>Tells when it is time again.</summary>
    protected abstract PeriodicTimer NewTimer();

    /// <summary>Does it once.</summary>
    protected abstract Task WorkAsync(CancellationToken cancellationToken);

    /// <summary>Tells of a time that failed.</summary>
    protected abstract void Failed(Exception exception);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = NewTimer();
        try
        {
            do
            {
                try
                {
                    await WorkAsync(stoppingToken);
                }
                catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
                {
                    // Another time comes; a service that gives up would take the whole replica down.
                    Failed(exception);
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
