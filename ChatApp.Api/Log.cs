namespace ChatApp.Api;

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
}
