using System.Net;
using System.Net.Sockets;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;
using ChatApp.Hosting.Running;
using Microsoft.Extensions.DependencyInjection;
using static ChatApp.Tests.Hosting.TestGraph;

namespace ChatApp.Tests.Hosting;

[Parallelizable(ParallelScope.All)]
public sealed class DashboardTests
{
    [Test]
    public async Task The_list_shows_state_and_commands_and_the_page_shows_the_console_escaped()
    {
        await using var builder = Create();
        builder.AddScript("service", "echo '<script>alert(1)</script>'; exec sleep 100").WithHttpEndpoint(name: "http").WithExternalHttpEndpoints();
        await using var application = await builder.StartAsync();
        await application.ResourceNotifications.WaitForResourceHealthyAsync("service", Soon);
        await EventuallyAsync(() => application.LogOf("service").Count > 0, "the script's line");
        using var client = Client(application);

        var list = await client.GetStringAsync("/", Soon);
        var page = await client.GetStringAsync("/resources/service", Soon);

        list.ShouldContain("running");
        list.ShouldContain($"href=\"{application.GetEndpoint("service").ToString().TrimEnd('/')}\"");
        list.ShouldContain("action=\"/resources/service/stop\"");
        page.ShouldContain("&lt;script&gt;alert(1)&lt;/script&gt;");
        page.ShouldNotContain("<script>alert");
    }

    [Test]
    public async Task A_resource_that_cannot_start_shows_the_reason()
    {
        await using var builder = Create();
        builder.AddExecutable("tool", "no-such-program", Path.GetTempPath());
        await using var application = await builder.StartAsync();
        await application.ResourceNotifications.WaitForResourceAsync("tool", KnownResourceStates.FailedToStart, Soon);
        using var client = Client(application);

        var list = await client.GetStringAsync("/", Soon);

        list.ShouldContain("cannot start");
        list.ShouldContain("no-such-program");
    }

    [Test]
    public async Task Secrets_are_on_no_page()
    {
        await using var builder = DistributedApplicationTestingBuilder.Create(["--Parameters:key=s3cret"], (options, _) => options.DisableDashboard = false);
        var key = builder.AddParameter("key", secret: true);
        builder.AddScript("service", "exec sleep 100").WithEnvironment("SIGNING", key).WithEnvironment("LEVEL", "debug");
        await using var application = await builder.StartAsync();
        await application.ProcessOfAsync("service");
        using var client = Client(application);

        var pages = await client.GetStringAsync("/", Soon) + await client.GetStringAsync("/resources/service", Soon) + await client.GetStringAsync("/resources/key", Soon);

        pages.ShouldContain("SIGNING");
        pages.ShouldContain("debug");
        pages.ShouldNotContain("s3cret");
    }

    [Test]
    public async Task Its_own_page_can_stop_a_resource_and_another_site_cannot()
    {
        await using var builder = Create();
        builder.AddScript("service", "exec sleep 100").WithHttpEndpoint(name: "http");
        await using var application = await builder.StartAsync();
        var process = await application.ProcessOfAsync("service");
        using var client = Client(application);

        (await PostAsync(client, "/resources/service/stop", ("Origin", "http://elsewhere.example"))).ShouldBe(HttpStatusCode.Forbidden);
        (await PostAsync(client, "/resources/service/stop", ("Origin", "null"))).ShouldBe(HttpStatusCode.Forbidden);
        (await PostAsync(client, "/resources/service/stop", ("Sec-Fetch-Site", "cross-site"))).ShouldBe(HttpStatusCode.Forbidden);
        (await application.ProcessOfAsync("service")).ShouldBe(process);

        (await PostAsync(client, "/resources/service/stop", ("Origin", client.BaseAddress!.ToString().TrimEnd('/')))).ShouldBe(HttpStatusCode.NoContent);
        application.SnapshotOf("service").State!.Text.ShouldBe(KnownResourceStates.Exited);
    }

    [TestCase("/")]
    [TestCase("/resources/service")]
    [TestCase("/resources/service/log")]
    [TestCase("/resources/stream")]
    [TestCase("/assets/dashboard.js")]
    public async Task A_rebound_name_is_refused_everywhere(string path)
    {
        await using var builder = Create();
        builder.AddScript("service", "exec sleep 100");
        await using var application = await builder.StartAsync();
        using var client = Client(application);
        using var request = new HttpRequestMessage(HttpMethod.Get, path) { Headers = { Host = "elsewhere.example" } };

        using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Soon);

        response.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
    }

    [Test]
    public async Task Pages_run_no_script_but_their_own_file()
    {
        await using var builder = Create();
        await using var application = await builder.StartAsync();
        using var client = Client(application);

        using var response = await client.GetAsync("/", Soon);

        response.Headers.GetValues("Content-Security-Policy").ShouldHaveSingleItem().ShouldContain("script-src 'self'");
        (await response.Content.ReadAsStringAsync(Soon)).ShouldNotContain("<script>");
        (await client.GetAsync("/assets/dashboard.js", Soon)).Content.Headers.ContentType!.MediaType.ShouldBe("text/javascript");
        (await client.GetAsync("/assets/..%2Fsecrets.json", Soon)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Test]
    public async Task The_console_arrives_live_and_goes_on_after_the_last_line_seen()
    {
        using var folder = new TemporaryFolder();
        var go = folder.File("go");
        await using var builder = Create();
        builder.AddScript("service", $"echo first; while ! test -e {go}; do sleep 0.02; done; echo second; exec sleep 100");
        await using var application = await builder.StartAsync();
        await EventuallyAsync(() => application.LogOf("service").Contains("first"), "the first line");
        using var client = Client(application);
        using var reader = new StreamReader(await client.GetStreamAsync("/resources/service/log?after=1", Soon));

        await File.WriteAllTextAsync(go, "");

        string? line;
        do
            line = await reader.ReadLineAsync(Soon);
        while (line is not null && !line.StartsWith("data: ", StringComparison.Ordinal));
        line.ShouldBe("data: [[2,\"second\",false]]");
    }

    [Test]
    public async Task Its_port_in_use_is_named_with_the_process_that_holds_it()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        await using var builder = DistributedApplicationTestingBuilder.Create([$"--Ports:Dashboard={port}"], (options, _) => options.DisableDashboard = false);
        await using var application = await builder.BuildAsync(Soon);

        var failure = await Should.ThrowAsync<DistributedApplicationException>(application.StartAsync(Soon));

        failure.Message.ShouldContain($"Port {port} of the dashboard");
        failure.Message.ShouldContain("--Ports:Dashboard");
        if (OperatingSystem.IsLinux())
            failure.Message.ShouldContain($"process {Environment.ProcessId} ");
    }

    private static IDistributedApplicationTestingBuilder Create() =>
        DistributedApplicationTestingBuilder.Create([], (options, _) => options.DisableDashboard = false);

    private static HttpClient Client(DistributedApplication application) =>
        new() { BaseAddress = application.Services.GetRequiredService<HostingOptions>().Dashboard };

    private static async Task<HttpStatusCode> PostAsync(HttpClient client, string path, (string Name, string Value) header)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path);
        request.Headers.TryAddWithoutValidation(header.Name, header.Value);
        using var response = await client.SendAsync(request, Soon);
        return response.StatusCode;
    }
}
