using ChatApp.Hosting.Running;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace ChatApp.Hosting.Dashboard;

/// <summary>The dashboard, in the AppHost's own process.</summary>
internal sealed class DashboardServer(WebApplication application) : IAsyncDisposable
{
    public static async Task<DashboardServer> StartAsync(Uri address, IServiceProvider services, ApplicationRun run, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { EnvironmentName = Environments.Production });
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls(address.ToString());
        var application = builder.Build();
        application.MapGet("/", () => string.Join('\n', services.GetRequiredService<ResourceNotificationService>().Snapshot().Select(e => $"{e.ResourceId} {e.Snapshot.State?.Text} {e.Snapshot.HealthStatus}")));
        await application.StartAsync(cancellationToken);
        return new DashboardServer(application);
    }

    public async ValueTask DisposeAsync() => await application.DisposeAsync();
}
