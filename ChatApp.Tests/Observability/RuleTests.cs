using System.Diagnostics;

namespace ChatApp.Tests.Observability;

/// <summary>The rules as Prometheus' own tool reads them, and as the tests beside them say that they behave.</summary>
public sealed class RuleTests
{
    [Test]
    public async Task Prometheus_reads_the_rules_and_the_example_of_its_configuration()
    {
        await PromtoolAsync(["check", "rules", .. Pack.Rules]);
        await PromtoolAsync("check", "config", Path.Combine(Pack.Folder, "prometheus.yml"));
    }

    [Test]
    public async Task The_rules_record_and_alert_as_their_tests_say()
    {
        Pack.RuleTests.Count().ShouldBeGreaterThanOrEqualTo(3);
        await PromtoolAsync(["test", "rules", .. Pack.RuleTests]);
    }

    [Test]
    public void Every_alert_is_tested_and_says_what_to_do()
    {
        var tests = string.Concat(Pack.RuleTests.Select(File.ReadAllText));
        var alerts = Pack.Rules.SelectMany(File.ReadAllLines).Where(line => line.Contains("- alert:", StringComparison.Ordinal)).Select(line => line.Split(':')[1].Trim()).ToList();

        alerts.Count.ShouldBeGreaterThan(10);
        alerts.Where(alert => !tests.Contains($"alertname: {alert}", StringComparison.Ordinal)).ShouldBeEmpty();
        Pack.Rules.SelectMany(File.ReadAllLines).Count(line => line.Trim().StartsWith("description:", StringComparison.Ordinal)).ShouldBe(alerts.Count);
    }

    [Test]
    public void Every_name_in_rules_and_dashboard_is_in_the_recorded_scrape() =>
        NamesUsed.ShouldAllBeIn(Exposition.Parse(Directory.EnumerateFiles(Path.GetDirectoryName(Pack.Recorded("api"))!).Select(File.ReadAllText)));

    [TestCase("""histogram_quantile(0.95, sum by (le, model_name) (rate(vllm:a_bucket{job="x",model_name!="by (b)"}[$__rate_interval])))""", "vllm:a_bucket")]
    [TestCase("""(sum(rate(a{x=~"5.."}[5m])) or vector(0)) / on () group_left () sum(rate(b[5m])) > (14.4 * 0.001)""", "a b")]
    [TestCase("absent(a:b) and c offset 5m unless NaN", "a:b c")]
    public void The_names_of_a_query_are_its_metrics_and_nothing_else(string query, string metrics) =>
        PromQl.Metrics(query).ShouldBe(metrics.Split(' '));

    [Test]
    public void The_labels_of_a_query_are_those_that_it_selects_by() =>
        PromQl.SelectedLabels("""sum by (d) (rate(a{job="x",b=~"5..",c!="e=f"}[5m]))""").ShouldBe([("a", "b"), ("a", "c")]);

    private static async Task PromtoolAsync(params string[] arguments)
    {
        Prometheus.IgnoreWhereMissing("promtool");
        using var process = Process.Start(new ProcessStartInfo("promtool", arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        process.ExitCode.ShouldBe(0, await output + errors);
    }
}
