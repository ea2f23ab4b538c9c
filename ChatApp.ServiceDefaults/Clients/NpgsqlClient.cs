using Aspire.Npgsql;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace Microsoft.Extensions.Hosting;

/// <summary>Registers PostgreSQL data sources under Aspire's names and settings.</summary>
public static class NpgsqlClient
{
    private const string Section = "Aspire:Npgsql";

    /// <summary>Registers a singleton <see cref="NpgsqlDataSource"/> with health check, traces and metrics.</summary>
    /// <exception cref="InvalidOperationException">No connection string is configured under that name.</exception>
    public static void AddNpgsqlDataSource(
        this IHostApplicationBuilder builder,
        string connectionName,
        Action<NpgsqlSettings>? configureSettings = null,
        Action<NpgsqlDataSourceBuilder>? configureDataSourceBuilder = null) =>
        builder.Add(connectionName, serviceKey: null, configureSettings, configureDataSourceBuilder);

    /// <summary>As <see cref="AddNpgsqlDataSource"/>, under the service key <paramref name="name"/>.</summary>
    public static void AddKeyedNpgsqlDataSource(
        this IHostApplicationBuilder builder,
        string name,
        Action<NpgsqlSettings>? configureSettings = null,
        Action<NpgsqlDataSourceBuilder>? configureDataSourceBuilder = null) =>
        builder.Add(name, serviceKey: name, configureSettings, configureDataSourceBuilder);

    private static void Add(
        this IHostApplicationBuilder builder,
        string connectionName,
        string? serviceKey,
        Action<NpgsqlSettings>? configureSettings,
        Action<NpgsqlDataSourceBuilder>? configureDataSourceBuilder)
    {
        var settings = ConnectionSettings.Bind<NpgsqlSettings>(builder.Configuration, Section, connectionName);
        configureSettings?.Invoke(settings);
        var connectionString = ConnectionSettings.Require(builder.Configuration, Section, connectionName, settings.ConnectionString);

        builder.Services.AddNpgsqlDataSource(connectionString, source => configureDataSourceBuilder?.Invoke(source), serviceKey: serviceKey);

        if (!settings.DisableHealthChecks)
        {
            builder.Services.AddHealthChecks().Add(new(
                $"PostgreSql_{connectionName}",
                services => new NpgsqlHealthCheck(serviceKey is null
                    ? services.GetRequiredService<NpgsqlDataSource>()
                    : services.GetRequiredKeyedService<NpgsqlDataSource>(serviceKey)),
                failureStatus: null,
                tags: null));
        }

        if (!settings.DisableTracing)
            builder.Services.AddOpenTelemetry().WithTracing(tracing => tracing.AddNpgsql());
        if (!settings.DisableMetrics)
            builder.Services.AddOpenTelemetry().WithMetrics(metrics => metrics.AddMeter("Npgsql"));
    }
}
