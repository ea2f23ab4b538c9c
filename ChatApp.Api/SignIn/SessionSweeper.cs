using ChatApp.Api.Accounts;
using ChatApp.Api.Logging;
using ChatApp.Api.Sessions;
using Microsoft.Extensions.Options;

namespace ChatApp.Api.SignIn;

/// <summary>Drops what no session can use any more, the guests whose sessions they were included.</summary>
internal sealed class SessionSweeper(
    SessionStore sessions, AccountRemoval removal, IOptions<AccountsOptions> options, TimeProvider time, ILogger<SessionSweeper> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(options.Value.SweepSeconds), time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await sessions.SweepAsync(stoppingToken);
                await removal.RemoveUnreachableGuestsAsync(stoppingToken);
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                logger.SweepFailed(exception);
            }
        }
    }
}
