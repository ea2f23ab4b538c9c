namespace ChatApp.Api;

internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Error, "{Method} {Path} failed.")]
    public static partial void RequestFailed(this ILogger logger, Exception exception, string method, string path);

    [LoggerMessage(2, LogLevel.Warning, "A stream broke after its first frame.")]
    public static partial void StreamBroke(this ILogger logger, Exception exception);
}
