using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace ChatApp.Tests.Observability;

/// <summary>A real Prometheus with our rules, which scrapes again what a running graph once answered.</summary>
public sealed class ReplayTests
{
    private static readonly string[] Services = ["inference", "inference-process", "orchestrator", "api", "web"];

    private WebApplication _recorded = null!;
    private Prometheus _prometheus = null!;

    [OneTimeSetUp]
    public async Task Start()
    {
        Prometheus.IgnoreWhereMissing("prometheus");
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _recorded = builder.Build();
        _recorded.MapGet("/{service}", (string service) => Results.Text(File.ReadAllText(Pack.Recorded(service)), "text/plain; version=0.0.4"));
        await _recorded.StartAsync();
        var address = new Uri(_recorded.Urls.Single());
        _prometheus = Prometheus.Start(Services.Select(service => ($"chatapp-{service}", new Uri(address, service))));
        await _prometheus.UntilAsync("query?query=count_over_time(chatapp_turns_drafts_lost_total[1m])>3", data => data.GetProperty("result").GetArrayLength() > 0, "four scrapes");
    }

    [OneTimeTearDown]
    public async Task Stop()
    {
        if (_prometheus is not null)
            await _prometheus.DisposeAsync();
        if (_recorded is not null)
            await _recorded.DisposeAsync();
    }

    [Test]
    public async Task Every_target_is_scraped_and_every_rule_evaluated_without_an_error()
    {
        var targets = await _prometheus.UntilAsync("targets", data => data.GetProperty("activeTargets").GetArrayLength() == Services.Length, "the targets");
        targets.GetProperty("activeTargets").EnumerateArray().Select(target => target.GetProperty("lastError").GetString()).ShouldAllBe(error => error == "");

        (await _prometheus.HealthyRulesAsync()).Count.ShouldBeGreaterThan(25);
    }

    [Test]
    public async Task A_graph_that_is_well_raises_no_alert()
    {
        var rules = await _prometheus.HealthyRulesAsync();

        rules.Where(rule => rule.TryGetProperty("state", out var state) && state.GetString() != "inactive").Select(rule => rule.GetRawText()).ShouldBeEmpty();
    }

    [Test]
    public async Task Every_panel_and_every_recorded_name_has_something_to_show()
    {
        await _prometheus.HealthyRulesAsync();

        (await _prometheus.EmptyAsync()).ShouldBeEmpty();
    }
}
