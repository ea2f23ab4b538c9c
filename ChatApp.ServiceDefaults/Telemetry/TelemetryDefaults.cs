using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace ChatApp.ServiceDefaults.Telemetry;

internal static class TelemetryDefaults
{
    /// <summary>Activity sources and meters of the product are named <c>ChatApp.*</c>.</summary>
    private const string OwnSources = "ChatApp.*";

    // A line for each statement, request and attempt: all of it is in the traces.
    private static readonly string[] s_chatty = ["Npgsql", "StackExchange.Redis", "Microsoft.AspNetCore", "System.Net.Http", "Grpc", "Polly"];

    // An error for each time that somebody asked and was told; who asks is told why.
    private const string HealthChecks = "Microsoft.Extensions.Diagnostics.HealthChecks";

    public static void AddTelemetry(this IHostApplicationBuilder builder)
    {
        foreach (var category in s_chatty.Where(category => builder.Configuration[$"Logging:LogLevel:{category}"] is null))
            builder.Logging.AddFilter(category, LogLevel.Warning);
        if (builder.Configuration[$"Logging:LogLevel:{HealthChecks}"] is null)
            builder.Logging.AddFilter(HealthChecks, LogLevel.Critical);
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
                .AddMeter(OwnSources)
                .AddPrometheusExporter())
            .WithTracing(tracing => tracing
                // What a person does in a page comes over its circuit: the first span of its trace is the call that brings it.
                .AddSource(OwnSources, "Microsoft.AspNetCore.SignalR.Server", "Grpc.Net.Client")
                .AddAspNetCoreInstrumentation(options =>
                    options.Filter = context => context.Request.Path.Value is not ("/health" or "/alive" or "/metrics" or "/metrics/opentelemetry"))
                .AddHttpClientInstrumentation()
                .AddProcessor<UrlRedaction>());

        if (!string.IsNullOrWhiteSpace(builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"]))
            telemetry.UseOtlpExporter();
    }
}
