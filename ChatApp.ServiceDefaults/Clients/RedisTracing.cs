using System.Diagnostics;
using System.Net;
using System.Runtime.CompilerServices;
using StackExchange.Redis;
using StackExchange.Redis.Profiling;

namespace Microsoft.Extensions.Hosting;

/// <summary>
/// Turns the commands that ran under an activity into its child spans, named as OpenTelemetry's database conventions
/// ask. Commands are collected per activity by the client's profiler and written when that activity stops.
/// </summary>
internal sealed class RedisTracing : IDisposable
{
    public const string SourceName = "ChatApp.Redis";

    private readonly ActivitySource _source = new(SourceName);
    private readonly ConditionalWeakTable<Activity, ProfilingSession> _sessions = [];
    private readonly ActivityListener _listener;

    public RedisTracing()
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name != SourceName,
            ActivityStopped = Write,
        };
        ActivitySource.AddActivityListener(_listener);
    }

    public void Observe(ConnectionMultiplexer connection) =>
        connection.RegisterProfiler(() =>
            Activity.Current is { Recorded: true } parent ? _sessions.GetValue(parent, static _ => new ProfilingSession()) : null);

    public void Dispose()
    {
        _listener.Dispose();
        _source.Dispose();
    }

    private void Write(Activity parent)
    {
        if (!_sessions.TryGetValue(parent, out var session))
            return;

        foreach (var command in session.FinishProfiling())
        {
            var started = new DateTimeOffset(command.CommandCreated);
            using var span = _source.StartActivity(command.Command, ActivityKind.Client, parent.Context, startTime: started);
            if (span is null)
                return;

            span.SetTag("db.system.name", "redis");
            span.SetTag("db.operation.name", command.Command);
            span.SetTag("db.namespace", command.Db);
            if (command.EndPoint is IPEndPoint { Address: var address, Port: var port })
                span.SetTag("server.address", address.ToString()).SetTag("server.port", port);
            span.SetEndTime(started.UtcDateTime + command.ElapsedTime);
        }
    }
}
