using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace Microsoft.Extensions.Hosting;

internal static class Telemetry
{
    /// <summary>Activity sources and meters of the product are named <c>ChatApp.*</c>.</summary>
    private const string OwnSources = "ChatApp.*";

    public static void AddTelemetry(this IHostApplicationBuilder builder)
    {
        builder.Logging.AddOpenTelemetry(logging =>
        {
            logging.IncludeFormattedMessage = true;
            logging.IncludeScopes = true;
        });

        var telemetry = builder.Services.AddOpenTelemetry()
            .WithMetrics(metrics => metrics
                .AddAspNetCoreInstrumentation()
                .AddHttpClientInstrumentation()
                .AddRuntimeInstrumentation()
                .AddMeter(OwnSources, "Npgsql", "Experimental.Microsoft.Extensions.AI"))
            .WithTracing(tracing => tracing
                .AddSource(OwnSources, builder.Environment.ApplicationName, "Experimental.Microsoft.Extensions.AI")
                .AddAspNetCoreInstrumentation(options =>
                    options.Filter = context => context.Request.Path.Value is not ("/health" or "/alive"))
                .AddHttpClientInstrumentation());

        if (!string.IsNullOrWhiteSpace(builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"]))
            telemetry.UseOtlpExporter();
    }
}
