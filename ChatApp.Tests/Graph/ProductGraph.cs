using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;
using ChatApp.ServiceDefaults.Telemetry;

namespace ChatApp.Tests.Graph;

/// <summary>
/// The product's own graph, as the AppHost describes it. One is shared by all tests that leave it as they found it;
/// a test that kills or reconfigures something starts its own.
/// </summary>
public static class ProductGraph
{
    /// <summary>The shared graph's administrator.</summary>
    public const string AdminEmail = "admin@example.org";
    public const string AdminPassword = "keeper of all that is tested 29";

    private static readonly string[] s_services = ["inference", "orchestrator", "api", "web"];
    private static readonly Lazy<Task<GraphUnderTest>> s_shared = new(StartSharedAsync);

    /// <summary>Where the shared graph's services send their telemetry.</summary>
    public static OtlpCollector Collector { get; private set; } = null!;

    /// <summary>The shared graph, started by whoever asks first.</summary>
    public static async Task<DistributedApplication> SharedAsync() => (await s_shared.Value).Application;

    /// <summary>A client of the shared graph's edge.</summary>
    public static async Task<HttpClient> ApiAsync() => (await SharedAsync()).CreateHttpClient("api", "http");

    /// <summary>Starts a graph of the caller's own, and returns when every service is healthy.</summary>
    public static Task<GraphUnderTest> StartAsync(params string[] args) => StartAsync(null, args);

    private static async Task<GraphUnderTest> StartAsync(Action<IDistributedApplicationTestingBuilder>? change, params string[] args)
    {
        var graph = await GraphUnderTest.StartAsync(change, args);
        try
        {
            await graph.HealthyAsync(s_services);
            return graph;
        }
        catch
        {
            await graph.DisposeAsync();
            throw;
        }
    }

    private static async Task<GraphUnderTest> StartSharedAsync()
    {
        // What is in the environment when the graph starts reaches its services, and nothing that tests start later.
        Environment.SetEnvironmentVariable("Accounts__AdminEmail", AdminEmail);
        Environment.SetEnvironmentVariable("Accounts__AdminPassword", AdminPassword);
        try
        {
            Collector = await OtlpCollector.StartAsync();
            return await StartAsync(SendTelemetry);
        }
        finally
        {
            Environment.SetEnvironmentVariable("Accounts__AdminEmail", null);
            Environment.SetEnvironmentVariable("Accounts__AdminPassword", null);
        }
    }

    // As the dashboard's collector is given to services in Development.
    private static void SendTelemetry(IDistributedApplicationTestingBuilder builder)
    {
        foreach (var service in builder.Resources.OfType<ProjectResource>())
        {
            builder.CreateResourceBuilder(service)
                .WithEnvironment("OTEL_EXPORTER_OTLP_ENDPOINT", Collector.Url)
                .WithEnvironment("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf")
                .WithEnvironment("OTEL_BSP_SCHEDULE_DELAY", "500")
                .WithEnvironment(GenAIContent.Switch, "true");
        }
    }

    public static async Task StopSharedAsync()
    {
        if (s_shared.IsValueCreated && s_shared.Value.IsCompletedSuccessfully)
            await (await s_shared.Value).DisposeAsync();
    }
}
