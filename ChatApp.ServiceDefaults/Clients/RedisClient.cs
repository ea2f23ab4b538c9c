using Aspire.StackExchange.Redis;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry.Trace;
using StackExchange.Redis;

namespace Microsoft.Extensions.Hosting;

/// <summary>Registers Redis connections under Aspire's names and settings.</summary>
public static class RedisClient
{
    private const string Section = "Aspire:StackExchange:Redis";

    /// <summary>
    /// Registers a singleton <see cref="IConnectionMultiplexer"/> with health check and traces. The connection is made on
    /// first use and keeps trying while the server is away, so a service starts and lives without Redis.
    /// </summary>
    /// <exception cref="InvalidOperationException">No connection string is configured under that name.</exception>
    public static void AddRedisClient(
        this IHostApplicationBuilder builder,
        string connectionName,
        Action<StackExchangeRedisSettings>? configureSettings = null,
        Action<ConfigurationOptions>? configureOptions = null) =>
        builder.Add(connectionName, serviceKey: null, configureSettings, configureOptions);

    /// <summary>As <see cref="AddRedisClient"/>, under the service key <paramref name="name"/>.</summary>
    public static void AddKeyedRedisClient(
        this IHostApplicationBuilder builder,
        string name,
        Action<StackExchangeRedisSettings>? configureSettings = null,
        Action<ConfigurationOptions>? configureOptions = null) =>
        builder.Add(name, serviceKey: name, configureSettings, configureOptions);

    private static void Add(
        this IHostApplicationBuilder builder,
        string connectionName,
        string? serviceKey,
        Action<StackExchangeRedisSettings>? configureSettings,
        Action<ConfigurationOptions>? configureOptions)
    {
        var settings = ConnectionSettings.Bind<StackExchangeRedisSettings>(builder.Configuration, Section, connectionName);
        configureSettings?.Invoke(settings);
        var connectionString = ConnectionSettings.Require(builder.Configuration, Section, connectionName, settings.ConnectionString);

        var options = ConfigurationOptions.Parse(connectionString);
        options.AbortOnConnectFail = false;
        configureOptions?.Invoke(options);

        builder.Services.AddKeyedSingleton<IConnectionMultiplexer>(serviceKey, (services, _) =>
        {
            var connection = ConnectionMultiplexer.Connect(options);
            if (!settings.DisableTracing)
                services.GetRequiredService<RedisTracing>().Observe(connection);
            return connection;
        });

        if (!settings.DisableHealthChecks)
        {
            builder.Services.AddHealthChecks().Add(new(
                $"Redis_{connectionName}",
                services => new RedisHealthCheck(services.GetRequiredKeyedService<IConnectionMultiplexer>(serviceKey)),
                failureStatus: Microsoft.Extensions.Diagnostics.HealthChecks.HealthStatus.Degraded,
                tags: null));
        }

        if (!settings.DisableTracing)
        {
            builder.Services.AddSingleton<RedisTracing>();
            builder.Services.AddOpenTelemetry().WithTracing(tracing => tracing.AddSource(RedisTracing.SourceName));
        }
    }
}
