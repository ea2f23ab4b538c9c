using ChatApp.ServiceDefaults;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.Hosting;

/// <summary>OpenTelemetry's metrics in Prometheus' text format, for a Prometheus that scrapes; OTLP is there besides.</summary>
public static class MetricsEndpoint
{
    public const string Path = "/metrics";

    internal static void AddMetricsEndpoint(this IServiceCollection services) =>
        services.AddOptions<MetricsOptions>().BindConfiguration("Metrics").ValidateDataAnnotations().ValidateOnStart();

    /// <summary>Maps the endpoint; to whom it does not answer, it does not exist.</summary>
    public static void MapMetrics(this WebApplication app, MetricsAudience audience, string path = Path)
    {
        var port = app.Services.GetRequiredService<IOptions<MetricsOptions>>().Value.Port;
        app.MapPrometheusScrapingEndpoint(path, meterProvider: null, branch =>
        {
            if (audience == MetricsAudience.ThisMachine)
                branch.Use((context, next) => context.Connection.LocalPort == port || context.IsFromThisMachine() ? next(context) : NotThere(context));
        }, optionsName: null).AllowAnonymous();
    }

    private static Task NotThere(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status404NotFound;
        return Task.CompletedTask;
    }
}
