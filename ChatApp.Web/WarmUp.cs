using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace ChatApp.Web;

/// <summary>Draws one page for nobody when the server has started, so that the first person does not wait for the compiler.</summary>
internal sealed class WarmUp(IServer server, IHostApplicationLifetime lifetime, IHttpClientFactory clients) : BackgroundService
{
    public const string ClientName = "warm-up";

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = lifetime.ApplicationStarted.Register(() => started.TrySetResult());
        await started.Task.WaitAsync(stoppingToken);
        if (server.Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault(address => address.StartsWith("http://", StringComparison.Ordinal)) is not { } address)
            return;

        try
        {
            using var client = clients.CreateClient(ClientName);
            var port = new Uri(address.Replace("*", "localhost", StringComparison.Ordinal).Replace("+", "localhost", StringComparison.Ordinal)).Port;
            // Says nothing of what it takes, as no browser does, so that no guest is made for it.
            using var response = await client.GetAsync(new Uri($"http://127.0.0.1:{port}/"), stoppingToken);
        }
        catch (Exception exception) when (exception is HttpRequestException or UriFormatException)
        {
            // Only the first page is slower then.
        }
    }
}
