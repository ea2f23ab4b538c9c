using System.Net.Http.Headers;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Http.Resilience;
using Polly;

namespace Microsoft.Extensions.Hosting;

/// <summary>
/// Outgoing HTTP for a product whose answers stream for minutes: no timeout on an attempt, which would cut a
/// healthy stream; retries only where the method is idempotent, since a repeated POST is a doubled turn; a short
/// bound on connecting, since that is what hangs when a replica is gone. Who is told to come back much later (a limit, a
/// penalty) is told so at once, for whoever waits to see why.
/// </summary>
public static class StreamingResilience
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(2);

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
                ShouldHandle = static args => ValueTask.FromResult(HttpClientResiliencePredicates.IsTransient(args.Outcome) && !IsForLater(args.Outcome.Result?.Headers.RetryAfter)),
            };
            retry.DisableForUnsafeHttpMethods();
            pipeline.AddRetry(retry);
        });
        return http;
    }

    private static bool IsForLater(RetryConditionHeaderValue? wait) => wait is { Date: not null } || wait?.Delta > LongestWait;
}
