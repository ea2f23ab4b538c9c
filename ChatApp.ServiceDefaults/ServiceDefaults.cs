using ChatApp.ServiceDefaults;
using ChatApp.ServiceDefaults.Telemetry;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Microsoft.Extensions.Hosting;

/// <summary>What every service of the graph has in common: telemetry, health, the hosts it answers for, discovery and outgoing HTTP.</summary>
public static class ServiceDefaults
{
    /// <summary>Adds telemetry, health checks, the allowed hosts, service discovery and HTTP client defaults that suit long streams.</summary>
    public static TBuilder AddServiceDefaults<TBuilder>(this TBuilder builder)
        where TBuilder : IHostApplicationBuilder
    {
        builder.AddTelemetry();
        builder.Services.AddMetricsEndpoint();
        builder.AddHealth();
        AllowedHosts.AddTo(builder);
        builder.Services.AddServiceDiscovery();
        builder.Services.ConfigureHttpClientDefaults(http =>
        {
            http.AddStreamingResilience();
            http.AddServiceDiscovery();
        });
        return builder;
    }

    /// <summary>Maps <c>/health</c> (ready to serve) and <c>/alive</c> (the process answers).</summary>
    public static WebApplication MapDefaultEndpoints(this WebApplication app)
    {
        app.MapHealth();
        return app;
    }
}
