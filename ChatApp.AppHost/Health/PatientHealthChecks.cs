using System.Diagnostics;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace ChatApp.AppHost.Health;

/// <summary>
/// Health checks that wait a while for the answer they hope for. Aspire asks a resource that is not healthy after one more
/// second each time: what starts in three would be known to be ready after six.
/// </summary>
internal static class PatientHealthChecks
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan s_attempt = TimeSpan.FromSeconds(2);
    private static readonly HttpClient s_http = new();

    /// <summary>Asks again and again until nothing is wrong.</summary>
    /// <param name="ask">Throws while the resource is not ready.</param>
    public static IResourceBuilder<T> WithPatientHealthCheck<T>(this IResourceBuilder<T> builder, string name, Func<T, CancellationToken, Task> ask)
        where T : IResource
    {
        var key = $"{builder.Resource.Name}_{name}";
        builder.ApplicationBuilder.Services.AddHealthChecks().AddAsyncCheck(key, cancellationToken => CheckAsync(() => AttemptAsync(ask, builder.Resource, cancellationToken), cancellationToken));
        return builder.WithHealthCheck(key);
    }

    /// <summary>A path that answers with success on the endpoint <c>http</c>.</summary>
    public static IResourceBuilder<T> WithPatientHttpHealthCheck<T>(this IResourceBuilder<T> builder, string path)
        where T : IResourceWithEndpoints
    {
        var endpoint = builder.GetEndpoint("http");
        return builder.WithPatientHealthCheck("http", async (_, cancellationToken) =>
        {
            using var response = await s_http.GetAsync(new Uri(new Uri(endpoint.Url), path), cancellationToken);
            response.EnsureSuccessStatusCode();
        });
    }

    private static async Task AttemptAsync<T>(Func<T, CancellationToken, Task> ask, T resource, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(s_attempt);
        await ask(resource, limit.Token);
    }

    private static async Task<HealthCheckResult> CheckAsync(Func<Task> attempt, CancellationToken cancellationToken)
    {
        for (var started = Stopwatch.GetTimestamp(); ;)
        {
            try
            {
                await attempt();
                return HealthCheckResult.Healthy();
            }
            catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
            {
                if (Stopwatch.GetElapsedTime(started) > s_patience)
                    return HealthCheckResult.Unhealthy(exception.Message);
            }

            await Task.Delay(s_pause, cancellationToken);
        }
    }
}
