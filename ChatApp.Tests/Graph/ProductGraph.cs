using Aspire.Hosting;
using Aspire.Hosting.Testing;

namespace ChatApp.Tests.Graph;

/// <summary>
/// The product's own graph, as the AppHost describes it. One is shared by all tests that leave it as they found it;
/// a test that kills or reconfigures something starts its own.
/// </summary>
public static class ProductGraph
{
    public static readonly TimeSpan StartTimeout = TimeSpan.FromMinutes(3);

    /// <summary>The shared graph's administrator.</summary>
    public const string AdminEmail = "admin@example.org";
    public const string AdminPassword = "keeper of all that is tested 29";

    private static readonly Lazy<Task<DistributedApplication>> s_shared = new(StartSharedAsync);

    /// <summary>The shared graph, started by whoever asks first.</summary>
    public static Task<DistributedApplication> SharedAsync() => s_shared.Value;

    /// <summary>A client of the shared graph's edge.</summary>
    public static async Task<HttpClient> ApiAsync() => (await SharedAsync()).CreateHttpClient("api", "http");

    /// <summary>Starts a graph of the caller's own, and returns when every service is healthy.</summary>
    public static async Task<DistributedApplication> StartAsync(params string[] args)
    {
        using var timeout = new CancellationTokenSource(StartTimeout);
        var builder = await DistributedApplicationTestingBuilder.CreateAsync<Projects.ChatApp_AppHost>(args, timeout.Token);
        var app = await builder.BuildAsync(timeout.Token);
        try
        {
            await app.StartAsync(timeout.Token);
            foreach (var service in (string[])["inference", "orchestrator", "api", "web"])
                await app.ResourceNotifications.WaitForResourceHealthyAsync(service, timeout.Token);
            return app;
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }
    }

    private static async Task<DistributedApplication> StartSharedAsync()
    {
        // What is in the environment when the graph starts reaches its services, and nothing that tests start later.
        Environment.SetEnvironmentVariable("Accounts__AdminEmail", AdminEmail);
        Environment.SetEnvironmentVariable("Accounts__AdminPassword", AdminPassword);
        try
        {
            return await StartAsync();
        }
        finally
        {
            Environment.SetEnvironmentVariable("Accounts__AdminEmail", null);
            Environment.SetEnvironmentVariable("Accounts__AdminPassword", null);
        }
    }

    public static async Task StopSharedAsync()
    {
        if (s_shared.IsValueCreated && s_shared.Value.IsCompletedSuccessfully)
            await (await s_shared.Value).DisposeAsync();
    }
}
