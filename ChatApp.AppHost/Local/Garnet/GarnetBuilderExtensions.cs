using ChatApp.AppHost.Health;
using ChatApp.AppHost.Local.State;
using StackExchange.Redis;

namespace ChatApp.AppHost.Local.Garnet;

/// <summary>Runs Garnet, as <c>AddRedis</c> runs Redis from an image.</summary>
internal static class GarnetBuilderExtensions
{
    /// <summary>Adds Garnet, sized for a laptop, with data that lasts as long as the run.</summary>
    public static IResourceBuilder<GarnetResource> AddLocalGarnet(this IDistributedApplicationBuilder builder, string name, StateFolder state)
    {
        var password = builder.AddGeneratedSecret($"{name}-password", 22, state);
        var folder = state.Session(name);
        var garnet = new GarnetResource(name, folder, password.Resource);
        return builder.AddResource(garnet)
            .WithIconName("DatabaseLightning")
            .WithEndpoint(scheme: "tcp", name: GarnetResource.EndpointName, isProxied: false)
            .WithArgs(
                BuiltProject.Assembly(new Projects.ChatApp_Garnet()),
                "--bind", "127.0.0.1", "--port", garnet.Endpoint.Property(EndpointProperty.TargetPort),
                "--memory", "64m", "--page", "4m", "--index", "8m", "--lua",
                // A script is atomic only as a transaction: the lock-out of a turn's former owner depends on it.
                "--lua-transaction-mode",
                "-q", "--checkpointdir", folder)
            .WithEnvironment("GARNET_PASSWORD", password)
            .WithPatientHealthCheck("ping", PingAsync);
    }

    private static async Task PingAsync(GarnetResource garnet, CancellationToken cancellationToken)
    {
        var options = ConfigurationOptions.Parse(await garnet.ConnectionStringExpression.GetValueAsync(cancellationToken) ?? "");
        (options.ConnectRetry, options.ConnectTimeout) = (0, 1000);
        await using var connection = await ConnectionMultiplexer.ConnectAsync(options);
        await connection.GetDatabase().PingAsync();
    }
}
