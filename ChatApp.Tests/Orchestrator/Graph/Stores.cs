using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;

namespace ChatApp.Tests.Orchestrator.Graph;

/// <summary>
/// A real PostgreSQL and a server of the Redis protocol, as the product's hosting starts them; or others by
/// CHATAPP_TEST_CHATDB and CHATAPP_TEST_REDIS, to run the same tests against any server of the two protocols.
/// </summary>
public sealed class Stores : IAsyncDisposable
{
    private static readonly TimeSpan StartTimeout = TimeSpan.FromMinutes(2);
    private DistributedApplication? _app;

    public required string ChatDb { get; init; }

    public required string Redis { get; init; }

    /// <summary>False when the servers were given from outside, where killing them is not ours to do.</summary>
    public bool CanKill => _app is not null && Environment.GetEnvironmentVariable("CHATAPP_TEST_CHATDB") is null && Environment.GetEnvironmentVariable("CHATAPP_TEST_REDIS") is null;

    public static async Task<Stores> StartAsync()
    {
        var givenDb = Environment.GetEnvironmentVariable("CHATAPP_TEST_CHATDB");
        var givenRedis = Environment.GetEnvironmentVariable("CHATAPP_TEST_REDIS");
        if (givenDb is not null && givenRedis is not null)
            return new Stores { ChatDb = givenDb, Redis = givenRedis };

        var builder = DistributedApplicationTestingBuilder.Create();
        // Killed round after round by a test, they would rest half a minute each time.
        builder.Configuration["AppHost:LongestRestartDelay"] = "00:00:00.500";
        if (givenDb is null)
            builder.AddPostgres("postgres").AddDatabase("chatdb");
        if (givenRedis is null)
            builder.AddRedis("redis");
        using var timeout = new CancellationTokenSource(StartTimeout);
        var app = await builder.BuildAsync(timeout.Token);
        await app.StartAsync(timeout.Token);
        return new Stores
        {
            ChatDb = givenDb ?? await FindAsync("chatdb"),
            Redis = givenRedis ?? await FindAsync("redis"),
            _app = app,
        };

        async Task<string> FindAsync(string resource)
        {
            await app.ResourceNotifications.WaitForResourceHealthyAsync(resource, timeout.Token);
            return (await app.GetConnectionStringAsync(resource, timeout.Token))!;
        }
    }

    /// <summary>Kills a server as <c>kill -9</c> does; the hosting starts it again by itself.</summary>
    /// <param name="resource"><c>postgres</c> or <c>redis</c>.</param>
    public async Task KillAsync(string resource)
    {
        using var timeout = new CancellationTokenSource(StartTimeout);
        var running = await _app!.ResourceNotifications.WaitForResourceAsync(
            resource, state => ProcessId(state) is not null, timeout.Token);
        using var process = System.Diagnostics.Process.GetProcessById(ProcessId(running)!.Value);
        process.Kill();
        await process.WaitForExitAsync(timeout.Token);
    }

    /// <summary>Waits until a killed server is there again.</summary>
    public async Task WaitHealthyAsync(string resource)
    {
        using var timeout = new CancellationTokenSource(StartTimeout);
        await _app!.ResourceNotifications.WaitForResourceHealthyAsync(resource, timeout.Token);
    }

    public async ValueTask DisposeAsync()
    {
        if (_app is not null)
            await _app.DisposeAsync();
    }

    private static int? ProcessId(ResourceEvent state) =>
        state.Snapshot.Properties.FirstOrDefault(property => property.Name == "executable.pid")?.Value switch
        {
            int id => id,
            long id => (int)id,
            string text => int.Parse(text, System.Globalization.CultureInfo.InvariantCulture),
            _ => null,
        };
}
