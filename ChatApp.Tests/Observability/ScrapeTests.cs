using System.Net;
using System.Net.Http.Json;
using Aspire.Hosting;
using Aspire.Hosting.Testing;
using ChatApp.Tests.Graph;

namespace ChatApp.Tests.Observability;

/// <summary>What a Prometheus on this machine gets from the services of a running graph, after a turn with a tool.</summary>
[Category("Graph")]
public sealed class ScrapeTests
{
    /// <summary>Names a folder that the scrape is written to: how the recorded one is made anew.</summary>
    private const string RecordTo = "CHATAPP_RECORD_SCRAPE";

    private static readonly (string Service, string Resource, string Path)[] Targets =
    [
        ("inference", "inference", "/metrics"), ("inference-process", "inference", "/metrics/opentelemetry"),
        ("orchestrator", "orchestrator", "/metrics"), ("api", "api", "/metrics"), ("web", "web", "/metrics"),
    ];

    /// <summary>What is recorded: of what the runtime and its libraries tell besides, nothing is used.</summary>
    private static readonly string[] Kept = ["chatapp_", "vllm:", "gen_ai_", "http_server_", "dotnet_process_"];

    private readonly Dictionary<string, string> _scrapes = [];

    [OneTimeSetUp]
    public async Task TakeATurnAndScrapeAsync()
    {
        var graph = await ProductGraph.SharedAsync();
        using (var web = graph.CreateHttpClient("web", "http"))
            (await web.GetAsync("/")).EnsureSuccessStatusCode();
        using var api = await ProductGraph.ApiAsync();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/turns")
        {
            Content = JsonContent.Create(new { model = "chatapp-mini", content = "what is 17 * 23", sampling = new { temperature = 0 } }),
        };
        using var response = await api.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        await foreach (var _ in response.ReadNumberedEventsAsync())
        {
            // To the turn's end, which is counted before it is shown.
        }

        foreach (var (service, resource, path) in Targets)
            _scrapes[service] = await ScrapeAsync(graph, resource, path);
        if (Environment.GetEnvironmentVariable(RecordTo) is { Length: > 0 } folder)
            await RecordAsync(folder);
    }

    [Test]
    public void Every_metric_that_the_rules_and_the_dashboard_use_is_exported() => NamesUsed.ShouldAllBeIn(Exposition.Parse(_scrapes.Values));

    [Test]
    public void The_recorded_scrape_has_no_name_that_is_no_longer_exported()
    {
        var now = Exposition.Parse(_scrapes.Values);
        var recorded = Exposition.Parse(Targets.Select(target => File.ReadAllText(Pack.Recorded(target.Service))));

        // What others than we name comes and goes with their versions and with what happened.
        recorded.Names.Where(name => name.StartsWith("chatapp_", StringComparison.Ordinal) || name.StartsWith("vllm:", StringComparison.Ordinal))
            .Where(name => !now.Has(name)).ShouldBeEmpty("record it anew: see docs/observability.md");
    }

    [Test]
    public void A_turn_is_counted_and_no_draft_is_lost()
    {
        var orchestrator = Exposition.Parse(_scrapes["orchestrator"]);

        orchestrator.Sum("chatapp_turns_ended_total").ShouldBeGreaterThan(0);
        orchestrator.Sum("chatapp_turns_tool_calls_total").ShouldBeGreaterThan(0);
        orchestrator.Sum("chatapp_turn_time_to_first_token_seconds_count").ShouldBeGreaterThan(0);
        orchestrator.Sum("chatapp_turns_drafts_lost_total").ShouldBe(0);
    }

    [Test]
    public async Task A_Prometheus_on_this_machine_scrapes_every_service_and_has_something_for_every_panel()
    {
        Prometheus.IgnoreWhereMissing("prometheus");
        var graph = await ProductGraph.SharedAsync();
        await using var prometheus = Prometheus.Start(Targets.Select(target => ($"chatapp-{target.Service}", new Uri(graph.GetEndpoint(target.Resource, "http"), target.Path))));
        await prometheus.UntilAsync("query?query=count_over_time(chatapp_turns_drafts_lost_total[1m])>3", data => data.GetProperty("result").GetArrayLength() > 0, "four scrapes");

        var targets = await prometheus.UntilAsync("targets", data => data.GetProperty("activeTargets").GetArrayLength() == Targets.Length, "the targets");
        targets.GetProperty("activeTargets").EnumerateArray().Select(target => target.GetProperty("lastError").GetString()).ShouldAllBe(error => error == "");
        await prometheus.HealthyRulesAsync();
        (await prometheus.EmptyAsync()).ShouldBeEmpty();
    }

    [Test]
    public async Task No_service_answers_for_a_host_that_it_is_not([Values("inference", "orchestrator", "api", "web")] string resource, [Values("/", "/metrics", "/health")] string path)
    {
        using var client = (await ProductGraph.SharedAsync()).CreateHttpClient(resource, "http");
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Host = "chat.example.org";

        using var response = await client.SendAsync(request);

        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
    }

    private static async Task<string> ScrapeAsync(DistributedApplication graph, string resource, string path)
    {
        using var client = graph.CreateHttpClient(resource, "http");
        using var response = await client.GetAsync(path);
        response.EnsureSuccessStatusCode();
        response.Content.Headers.ContentType!.MediaType.ShouldBe("text/plain");
        return await response.Content.ReadAsStringAsync();
    }

    private async Task RecordAsync(string folder)
    {
        Directory.CreateDirectory(folder);
        foreach (var (service, text) in _scrapes)
            await File.WriteAllLinesAsync(Path.Combine(folder, service + ".prom"), text.Split('\n').Where(line => Kept.Any(line.Replace("# TYPE ", "", StringComparison.Ordinal).StartsWith)));
    }
}
