using ChatApp.Hosting.Proxying;
using ChatApp.Hosting.Running;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;

namespace ChatApp.Hosting.Dashboard;

/// <summary>The dashboard, in the AppHost's own process, for this machine only.</summary>
internal sealed class DashboardServer : IAsyncDisposable
{
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(2);

    private readonly WebApplication _application;

    private DashboardServer(WebApplication application) => _application = application;

    /// <exception cref="DistributedApplicationException">The address is in use.</exception>
    public static async Task<DashboardServer> StartAsync(Uri address, IServiceProvider services, CancellationToken cancellationToken)
    {
        // Empty: no settings file or variable of the AppHost or of the product is meant for it.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { EnvironmentName = Environments.Production, ContentRootPath = AppContext.BaseDirectory });
        builder.WebHost.UseUrls(address.ToString());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = 16 * 1024;
        });
        builder.Services.AddRouting();
        // It stops with the AppHost, not by the signals that the AppHost handles.
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        builder.Services.AddSingleton(services.GetRequiredService<ResourceNotificationService>());
        builder.Services.AddSingleton(services.GetRequiredService<ResourceLoggerService>());
        builder.Services.AddSingleton(services.GetRequiredService<ResourceCommandService>());
        builder.Services.AddSingleton(services.GetRequiredService<ApplicationRun>());
        builder.Services.AddSingleton(services.GetRequiredService<HostingOptions>());
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton<UsageMeter>();
        builder.Services.AddSingleton<ResourceViews>();

        var application = builder.Build();
        application.UseMiddleware<DashboardGate>();
        application.MapDashboard();
        try
        {
            await application.StartAsync(cancellationToken);
        }
        catch (IOException exception)
        {
            await application.DisposeAsync();
            var holder = PortHolder.Find(address.Port) is { } found ? $" by {found}" : "";
            throw new DistributedApplicationException($"Port {address.Port} of the dashboard is in use{holder}. End that process, or choose another port: --Ports:Dashboard=<port>.", exception);
        }

        return new DashboardServer(application);
    }

    public async ValueTask DisposeAsync()
    {
        using var timeout = new CancellationTokenSource(StopTimeout);
        await _application.StopAsync(timeout.Token);
        await _application.DisposeAsync();
    }

    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
