using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using StackExchange.Redis;

namespace ChatApp.ServiceDefaults.Storage;

/// <summary>Redis as this product uses it: without it answers are slower, not gone.</summary>
public static class RedisStore
{
    /// <summary>
    /// Aspire's client, with a health check that says "degraded" where Aspire's own would take the service out of rotation.
    /// The connection is made on first use and keeps trying while the server is away.
    /// </summary>
    public static void AddRedisStore(this IHostApplicationBuilder builder, string connectionName, Action<ConfigurationOptions>? configureOptions = null)
    {
        builder.AddRedisClient(
            connectionName,
            settings => settings.DisableHealthChecks = true,
            options =>
            {
                options.AbortOnConnectFail = false;
                configureOptions?.Invoke(options);
            });
        builder.Services.AddHealthChecks().AddCheck<Ping>($"Redis_{connectionName}", failureStatus: HealthStatus.Degraded);
    }

    private sealed class Ping(IConnectionMultiplexer connection) : IHealthCheck
    {
        public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
        {
            try
            {
                await connection.GetDatabase().PingAsync().WaitAsync(cancellationToken);
                return HealthCheckResult.Healthy();
            }
            catch (Exception exception) when (exception is RedisException or TimeoutException)
            {
                return new HealthCheckResult(context.Registration.FailureStatus, "Redis does not answer.", exception);
            }
        }
    }
}
