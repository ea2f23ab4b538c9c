using ChatApp.Api.Accounts;
using ChatApp.Api.Logging;
using ChatApp.Api.Sessions;
using ChatApp.ServiceDefaults;
using Microsoft.Extensions.Options;

namespace ChatApp.Api.SignIn;

/// <summary>Drops what no session can use any more, the guests whose sessions they were included.</summary>
internal sealed class SessionSweeper(
    SessionStore sessions, AccountRemoval removal, IOptions<AccountsOptions> options, TimeProvider time, ILogger<SessionSweeper> logger) : PeriodicService
{
    protected override PeriodicTimer NewTimer() => new(TimeSpan.FromSeconds(options.Value.SweepSeconds), time);

    protected override async Task WorkAsync(CancellationToken cancellationToken)
    {
        await sessions.SweepAsync(cancellationToken);
        await removal.RemoveUnreachableGuestsAsync(cancellationToken);
    }

    protected override void Failed(Exception exception) => logger.SweepFailed(exception);
}
