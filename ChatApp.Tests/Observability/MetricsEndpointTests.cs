using System.Net;
using ChatApp.ServiceDefaults;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace ChatApp.Tests.Observability;

/// <summary>Who gets <c>/metrics</c> of a service that outsiders reach.</summary>
public sealed class MetricsEndpointTests
{
    [TestCase(null, null, HttpStatusCode.OK)]
    [TestCase("chat.example.org", null, HttpStatusCode.NotFound, TestName = "A_name_of_the_outside_gets_none")]
    [TestCase("other.example.org", null, HttpStatusCode.BadRequest, TestName = "A_name_that_is_not_ours_gets_nothing_at_all")]
    [TestCase(null, "X-Forwarded-For", HttpStatusCode.NotFound, TestName = "Who_comes_through_a_proxy_of_this_machine_gets_none")]
    [TestCase(null, "Forwarded", HttpStatusCode.NotFound, TestName = "Who_comes_through_a_proxy_that_says_so_by_the_standard_gets_none")]
    public async Task A_public_service_tells_this_machine_alone(string? host, string? header, HttpStatusCode expected)
    {
        await using var app = await StartAsync(MetricsAudience.ThisMachine);

        (await GetAsync(app, 0, host, header)).ShouldBe(expected);
    }

    [Test]
    public async Task The_management_port_answers_whatever_it_is_called_and_the_public_one_does_not()
    {
        await using var app = await StartAsync(MetricsAudience.ThisMachine, managementPort: true);

        (await GetAsync(app, 1, "metrics.internal", "X-Forwarded-For")).ShouldBe(HttpStatusCode.OK);
        (await GetAsync(app, 0, "metrics.internal", null)).ShouldBe(HttpStatusCode.BadRequest);
    }

    [Test]
    public async Task A_service_of_the_inside_answers_by_every_name_it_has()
    {
        await using var app = await StartAsync(MetricsAudience.Inside);

        foreach (var host in (string[])["10.244.3.7", "[::1]", "chat.example.org", "orchestrator", "orchestrator.chat.svc", "api.localhost"])
            (await GetAsync(app, 0, host, null)).ShouldBe(HttpStatusCode.OK, host);
    }

    [TestCase("0")]
    [TestCase("70000")]
    public async Task A_port_that_is_none_stops_the_start(string port)
    {
        var builder = NewBuilder();
        builder.Configuration["Metrics:Port"] = port;

        var failure = await Should.ThrowAsync<OptionsValidationException>(async () =>
        {
            await using var app = builder.Build();
            app.MapMetrics(MetricsAudience.ThisMachine);
            await app.StartAsync();
        });

        failure.Message.ShouldContain("Port");
    }

    private static WebApplicationBuilder NewBuilder()
    {
        var builder = WebApplication.CreateBuilder(["--urls=http://127.0.0.1:0;http://127.0.0.1:0"]);
        builder.Logging.ClearProviders();
        builder.Configuration["AllowedHosts"] = "https://chat.example.org:8443; orchestrator;*.chat.svc";
        builder.AddServiceDefaults();
        return builder;
    }

    private static async Task<WebApplication> StartAsync(MetricsAudience audience, bool managementPort = false)
    {
        var builder = NewBuilder();
        if (managementPort)
        {
            var port = FreePort.Next();
            builder.Configuration["urls"] = $"http://127.0.0.1:0;http://127.0.0.1:{port}";
            builder.Configuration["Metrics:Port"] = $"{port}";
        }

        var app = builder.Build();
        app.MapMetrics(audience);
        await app.StartAsync();
        return app;
    }

    private static async Task<HttpStatusCode> GetAsync(WebApplication app, int address, string? host, string? header)
    {
        var addresses = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.ToList();
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{addresses[address]}/metrics");
        request.Headers.Host = host;
        if (header is not null)
            request.Headers.Add(header, "for=203.0.113.9");
        using var response = await client.SendAsync(request);
        return response.StatusCode;
    }
}
