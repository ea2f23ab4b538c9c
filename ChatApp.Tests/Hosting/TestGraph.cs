using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace ChatApp.Tests.Hosting;

/// <summary>Small graphs of shell scripts, to see what the hosting does with processes.</summary>
internal static class TestGraph
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public static CancellationToken Soon => new CancellationTokenSource(Patience).Token;

    /// <summary>A script in a shell; Windows has none.</summary>
    public static IResourceBuilder<ExecutableResource> AddScript(this IDistributedApplicationBuilder builder, string name, string script)
    {
        if (OperatingSystem.IsWindows())
            Assert.Ignore("needs a POSIX shell");
        return builder.AddExecutable(name, "/bin/sh", Path.GetTempPath(), "-c", script);
    }

    /// <summary>A script that runs until it is asked to end, then writes its name to a file.</summary>
    public static IResourceBuilder<ExecutableResource> AddLongScript(this IDistributedApplicationBuilder builder, string name, string file) =>
        builder.AddScript(name, $"trap 'echo {name} >> {file}; exit 0' TERM; echo ready; while :; do sleep 0.05; done");

    public static async Task<DistributedApplication> StartAsync(this IDistributedApplicationTestingBuilder builder)
    {
        var application = await builder.BuildAsync(Soon);
        await application.StartAsync(Soon);
        return application;
    }

    public static IReadOnlyList<string> LogOf(this DistributedApplication application, string resourceId) =>
        [.. application.Services.GetRequiredService<ResourceLoggerService>().Log(resourceId).Tail(1000).Select(line => line.Content)];

    public static CustomResourceSnapshot SnapshotOf(this DistributedApplication application, string resourceId) =>
        application.ResourceNotifications.TryGetCurrentState(resourceId, out var known) ? known.Snapshot : throw new AssertionException($"Nothing is known of {resourceId}.");

    public static async Task<int> ProcessOfAsync(this DistributedApplication application, string resourceId)
    {
        var change = await application.ResourceNotifications.WaitForResourceAsync(resourceId, known => known.Snapshot.Property<int>(KnownProperties.ProcessId) != 0, Soon);
        return change.Snapshot.Property<int>(KnownProperties.ProcessId);
    }

    /// <summary>Waits for a condition that no event announces.</summary>
    public static async Task EventuallyAsync(Func<bool> condition, string what)
    {
        for (var soon = Soon; !condition();)
        {
            if (soon.IsCancellationRequested)
                throw new AssertionException($"Not within {Patience.TotalSeconds} s: {what}");
            await Task.Delay(10, CancellationToken.None);
        }
    }
}
