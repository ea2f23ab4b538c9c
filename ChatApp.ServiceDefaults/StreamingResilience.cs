using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Http.Resilience;
using Polly;

namespace Microsoft.Extensions.Hosting;

/// <summary>
/// Outgoing HTTP for a product whose answers stream for minutes: no timeout on an attempt, which would cut a
/// healthy stream; retries only where the method is idempotent, since a repeated POST is a doubled turn; a short
/// bound on connecting, since that is what hangs when a replica is gone.
/// </summary>
public static class StreamingResilience
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(5);

    /// <summary>Applies the defaults above to a client.</summary>
    public static IHttpClientBuilder AddStreamingResilience(this IHttpClientBuilder http)
    {
        http.ConfigureHttpClient(client => client.Timeout = Timeout.InfiniteTimeSpan);
        http.UseSocketsHttpHandler((handler, _) =>
        {
            handler.ConnectTimeout = ConnectTimeout;
            handler.PooledConnectionLifetime = TimeSpan.FromMinutes(2);
            handler.EnableMultipleHttp2Connections = true;
        });
        http.AddResilienceHandler("streaming", pipeline =>
        {
            var retry = new HttpRetryStrategyOptions
            {
                MaxRetryAttempts = 3,
                Delay = TimeSpan.FromMilliseconds(200),
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
            };
            retry.DisableForUnsafeHttpMethods();
            pipeline.AddRetry(retry);
        });
        return http;
    }
}
