using System.Diagnostics;
using System.Globalization;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;

namespace ChatApp.Tests.Graph;

/// <summary>The AppHost's graph under Aspire's testing host, with a state folder that goes with it.</summary>
public sealed class GraphUnderTest : IAsyncDisposable
{
    public static readonly TimeSpan StartTimeout = TimeSpan.FromMinutes(3);

    private readonly string _state;

    private GraphUnderTest(DistributedApplication application, string state) => (Application, _state) = (application, state);

    public DistributedApplication Application { get; }

    /// <summary>Starts the graph, or what a test makes of it.</summary>
    /// <param name="change">Takes away or adds resources before anything is started.</param>
    public static async Task<GraphUnderTest> StartAsync(Action<IDistributedApplicationTestingBuilder>? change, params string[] args)
    {
        using var timeout = new CancellationTokenSource(StartTimeout);
        var state = NewState();
        var builder = await DistributedApplicationTestingBuilder.CreateAsync<Projects.ChatApp_AppHost>([$"--State={state}", .. args], timeout.Token);
        change?.Invoke(builder);
        var application = await builder.BuildAsync(timeout.Token);
        var graph = new GraphUnderTest(application, state);
        try
        {
            await application.StartAsync(timeout.Token);
            return graph;
        }
        catch
        {
            await graph.DisposeAsync();
            throw;
        }
    }

    /// <summary>A state folder of a test's own; other users may pass through it, as PostgreSQL's has to.</summary>
    public static string NewState() => Path.Combine(Path.GetTempPath(), $"chatapp-{Guid.NewGuid():n}"[..20]);

    /// <summary>Leaves the stores alone.</summary>
    public static void WithoutServices(IDistributedApplicationTestingBuilder builder)
    {
        foreach (var service in builder.Resources.OfType<ProjectResource>().ToList())
            builder.Resources.Remove(service);
    }

    public async Task HealthyAsync(params string[] resources)
    {
        using var timeout = new CancellationTokenSource(StartTimeout);
        foreach (var resource in resources)
            await Application.ResourceNotifications.WaitForResourceHealthyAsync(resource, timeout.Token);
    }

    /// <summary>Kills the process of a resource as <c>kill -9</c> does; the one that does its work, not what Aspire started it by.</summary>
    public async Task KillAsync(string resource)
    {
        using var timeout = new CancellationTokenSource(StartTimeout);
        var id = await ProcessIdAsync(resource, timeout.Token);
        using var process = Process.GetProcessById(id);
        process.Kill();
        await process.WaitForExitAsync(timeout.Token);
    }

    public async Task<int> ProcessIdAsync(string resource, CancellationToken cancellationToken)
    {
        while (true)
        {
            var running = await Application.ResourceNotifications.WaitForResourceAsync(resource, change => StartedBy(change) is not null, cancellationToken);
            if (ProcessTree.Worker(StartedBy(running)!.Value) is { } worker)
                return worker;
            await Task.Delay(20, cancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Application.DisposeAsync();
        // Aspire's orchestrator ends after the application does.
        for (var since = Stopwatch.GetTimestamp(); File.Exists(Path.Combine(_state, "volumes", "postgres-data", "postmaster.pid")) && Stopwatch.GetElapsedTime(since) < TimeSpan.FromSeconds(20);)
            await Task.Delay(50);
        if (Directory.Exists(_state))
            Directory.Delete(_state, recursive: true);
    }

    private static int? StartedBy(ResourceEvent change) =>
        change.Snapshot.State?.Text == KnownResourceStates.Running && change.Snapshot.Properties.FirstOrDefault(property => property.Name == "executable.pid")?.Value is { } id
            ? Convert.ToInt32(id, CultureInfo.InvariantCulture)
            : null;
}
