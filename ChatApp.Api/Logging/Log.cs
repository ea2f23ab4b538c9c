namespace ChatApp.Api.Logging;

internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Error, "{Method} {Path} failed.")]
    public static partial void RequestFailed(this ILogger logger, Exception exception, string method, string path);

    [LoggerMessage(2, LogLevel.Warning, "A stream broke after its first frame.")]
    public static partial void StreamBroke(this ILogger logger, Exception exception);

    [LoggerMessage(3, LogLevel.Error, "The signing keys could not be read; the ones known stay in use.")]
    public static partial void SigningKeysNotRead(this ILogger logger, Exception exception);

    [LoggerMessage(4, LogLevel.Warning, "Expired sessions could not be swept; the next hour tries again.")]
    public static partial void SweepFailed(this ILogger logger, Exception exception);

    [LoggerMessage(5, LogLevel.Warning, "Redis is away: every replica keeps a share of the limits by itself.")]
    public static partial void LimitsAreLocal(this ILogger logger);

    [LoggerMessage(6, LogLevel.Information, "Redis answers: limits are shared by all replicas.")]
    public static partial void LimitsAreShared(this ILogger logger);

    [LoggerMessage(7, LogLevel.Error, "The use of {Tokens} tokens by user {UserId} could not be settled; money held for it is given back within the hour.")]
    public static partial void NotSettled(this ILogger logger, Exception exception, string userId, long tokens);

    [LoggerMessage(8, LogLevel.Warning, "Turn {TurnId} can't be followed now; what was reserved for it stays charged until its end is seen.")]
    public static partial void TurnNotFollowed(this ILogger logger, Exception exception, string turnId);

    [LoggerMessage(9, LogLevel.Warning, "The ban list could not be read; the one known stays in use.")]
    public static partial void BansNotRead(this ILogger logger, Exception exception);

    [LoggerMessage(10, LogLevel.Warning, "The challenge provider does not answer; challenges are taken as failed.")]
    public static partial void ChallengeProviderAway(this ILogger logger, Exception exception);

    [LoggerMessage(11, LogLevel.Information, "A change of the plans holds from now on; there are {Count}.")]
    public static partial void PlansTaken(this ILogger logger, int count);

    [LoggerMessage(12, LogLevel.Error, "A change of the plans is refused, the last good ones stay: {Reason}")]
    public static partial void PlansRejected(this ILogger logger, string reason);

    [LoggerMessage(13, LogLevel.Warning, "Guest {Guest}, whom nobody can be again, could not be removed; the next sweep tries again.")]
    public static partial void GuestNotRemoved(this ILogger logger, Exception exception, Guid guest);

    [LoggerMessage(14, LogLevel.Warning, "What open requests are allowed by could not be looked up; the next second tries again.")]
    public static partial void RightsNotChecked(this ILogger logger, Exception exception);
}
