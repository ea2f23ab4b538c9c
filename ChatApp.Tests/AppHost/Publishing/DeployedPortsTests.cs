using System.Net;
using System.Net.Sockets;
using ChatApp.Orchestrator;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace ChatApp.Tests.AppHost.Publishing;

/// <summary>Where it is deployed the orchestrator is told ports, not URLs.</summary>
public sealed class DeployedPortsTests
{
    [Test]
    public async Task The_first_port_answers_probes_in_HTTP_1_and_the_second_speaks_HTTP_2()
    {
        var (http, grpc) = (FreePort.Next(), FreePort.Next());
        var builder = WebApplication.CreateBuilder(["--http_ports", $"{http};{grpc}"]);
        builder.UseGrpcAndHealthPorts();
        await using var server = builder.Build();
        server.MapGet("/health", (HttpRequest request) => request.Protocol);
        await server.StartAsync();

        (await AskAsync(http, HttpVersion.Version11)).ShouldBe("HTTP/1.1");
        (await AskAsync(grpc, HttpVersion.Version20)).ShouldBe("HTTP/2");
        await server.StopAsync();
    }

    private static async Task<string> AskAsync(int port, Version version)
    {
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, $"http://127.0.0.1:{port}/health") { Version = version, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        using var response = await client.SendAsync(request);
        return await response.Content.ReadAsStringAsync();
    }
}
