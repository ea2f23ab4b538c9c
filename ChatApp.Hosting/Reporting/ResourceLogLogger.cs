namespace ChatApp.Hosting.Reporting;

internal sealed class ResourceLogLogger(ResourceLog log) : ILogger
{
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        log.Append(formatter(state, exception), logLevel >= LogLevel.Error);
        if (exception is not null)
            log.Append(exception.ToString(), isError: true);
    }
}
