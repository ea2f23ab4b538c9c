using System.Net;
using Aspire.Hosting.ApplicationModel;
using ChatApp.AppHost.Publishing.Compose;
using ChatApp.AppHost.Publishing.Model;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace ChatApp.Tests.AppHost.Publishing;

/// <summary>The command that Compose runs in a container, run here against a server.</summary>
[Platform("Linux", Reason = "needs bash")]
public sealed class ComposeHealthTests
{
    [TestCase(HttpStatusCode.OK, true)]
    [TestCase(HttpStatusCode.ServiceUnavailable, false)]
    public async Task A_service_is_healthy_when_it_says_so(HttpStatusCode answer, bool healthy)
    {
        await using var server = WebApplication.Create(["--urls", "http://127.0.0.1:0"]);
        server.MapGet("/health", () => Results.Text(healthy ? "Healthy" : "Unhealthy", statusCode: (int)answer));
        await server.StartAsync();

        (await AskAsync(PortOf(server), "/health")).ShouldBe(healthy);
        (await AskAsync(PortOf(server), path: null)).ShouldBeTrue();
        await server.StopAsync();
    }

    [Test]
    public async Task What_does_not_listen_is_not_healthy()
    {
        await using var server = WebApplication.Create(["--urls", "http://127.0.0.1:0"]);
        await server.StartAsync();
        var port = PortOf(server);
        await server.StopAsync();

        (await AskAsync(port, "/health")).ShouldBeFalse();
        (await AskAsync(port, path: null)).ShouldBeFalse();
    }

    private static async Task<bool> AskAsync(int port, string? path)
    {
        var probe = new DeployedProbe(ProbeType.Readiness, port, path, PeriodSeconds: 5, TimeoutSeconds: 3, FailureThreshold: 3);
        var (exitCode, _) = await AppHostRun.TryAsync("bash", ["-c", ComposeHealth.Command(probe)]);
        return exitCode == 0;
    }

    private static int PortOf(WebApplication server) =>
        new Uri(server.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single()).Port;
}
