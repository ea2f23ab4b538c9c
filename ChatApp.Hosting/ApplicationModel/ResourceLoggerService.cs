using System.Collections.Concurrent;
using ChatApp.Hosting.Reporting;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>The consoles of the resources.</summary>
public class ResourceLoggerService
{
    private readonly ConcurrentDictionary<string, ResourceLog> _logs = new(StringComparer.OrdinalIgnoreCase);
    private readonly Func<string, string?> _file;

    internal ResourceLoggerService(Func<string, string?> file) => _file = file;

    /// <summary>Writes to a resource's console.</summary>
    public ILogger GetLogger(IResource resource)
    {
        ArgumentNullException.ThrowIfNull(resource);
        return GetLogger(resource.Name);
    }

    /// <summary>Writes to a replica's console.</summary>
    public ILogger GetLogger(string resourceName) => new ResourceLogLogger(Log(resourceName));

    /// <summary>The last lines of a resource's console, then every new one.</summary>
    public IAsyncEnumerable<IReadOnlyList<LogLine>> WatchAsync(IResource resource)
    {
        ArgumentNullException.ThrowIfNull(resource);
        return WatchAsync(resource.Name);
    }

    /// <summary>The last lines of a replica's console, then every new one.</summary>
    public IAsyncEnumerable<IReadOnlyList<LogLine>> WatchAsync(string resourceName) => Log(resourceName).WatchAsync();

    /// <summary>Ends the logs: watchers see their end.</summary>
    internal void Complete()
    {
        foreach (var log in _logs.Values)
            log.Dispose();
    }

    internal ResourceLog Log(string resourceId) => _logs.GetOrAdd(resourceId, id => new ResourceLog(_file(id)));
}
