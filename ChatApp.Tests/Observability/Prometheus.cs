using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;

namespace ChatApp.Tests.Observability;

/// <summary>Debian's Prometheus as a process of a test: it scrapes every second and evaluates the rules that operators are given.</summary>
internal sealed class Prometheus : IAsyncDisposable
{
    private readonly Process _process;
    private readonly DirectoryInfo _folder;

    private Prometheus(Process process, DirectoryInfo folder, int port) =>
        (_process, _folder, Client) = (process, folder, new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}/api/v1/") });

    private HttpClient Client { get; }

    public static void IgnoreWhereMissing(string program)
    {
        var places = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator);
        if (!places.Any(place => File.Exists(Path.Combine(place, program))))
            Assert.Ignore($"{program} is not installed (Debian's package prometheus)");
    }

    /// <param name="targets">Jobs, with host, port and path.</param>
    public static Prometheus Start(IEnumerable<(string Job, Uri Target)> targets)
    {
        var folder = Directory.CreateTempSubdirectory("chatapp-prometheus-");
        var configuration = Path.Combine(folder.FullName, "prometheus.yml");
        File.WriteAllText(configuration, $"""
            global: {"{"} scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 1s {"}"}
            rule_files: [{string.Join(", ", Pack.Rules)}]
            scrape_configs:
            {string.Join('\n', targets.Select(target => $$"""  - { job_name: {{target.Job}}, metrics_path: {{target.Target.AbsolutePath}}, static_configs: [{ targets: ["{{target.Target.Authority}}"] }] }"""))}
            """);
        var port = FreePort.Next();
        string[] arguments = [$"--config.file={configuration}", $"--storage.tsdb.path={Path.Combine(folder.FullName, "data")}", $"--web.listen-address=127.0.0.1:{port}", "--log.level=error"];
        return new Prometheus(Process.Start(new ProcessStartInfo("prometheus", arguments) { RedirectStandardError = true })!, folder, port);
    }

    /// <summary>Asks until what comes is as wished.</summary>
    public async Task<JsonElement> UntilAsync(string path, Func<JsonElement, bool> wished, string what)
    {
        var waited = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                var data = (await Client.GetFromJsonAsync<JsonElement>(path)).GetProperty("data");
                if (wished(data))
                    return data;
            }
            catch (HttpRequestException) when (!_process.HasExited)
            {
                // It starts.
            }

            if (_process.HasExited || waited.Elapsed > TimeSpan.FromSeconds(60))
                throw new AssertionException($"Not within {waited.Elapsed.TotalSeconds:0} s: {what}. {(_process.HasExited ? await _process.StandardError.ReadToEndAsync() : "")}");
            await Task.Delay(100);
        }
    }

    /// <summary>The rules, once each was evaluated without an error.</summary>
    public async Task<IReadOnlyList<JsonElement>> HealthyRulesAsync() => [.. Rules(await UntilAsync("rules",
        data => Rules(data).Any() && Rules(data).All(rule => rule.GetProperty("health").GetString() == "ok"), "every rule was evaluated without an error"))];

    /// <summary>The panels of the dashboard and the recorded names that have nothing to show.</summary>
    public async Task<IReadOnlyList<string>> EmptyAsync()
    {
        var empty = new List<string>();
        foreach (var (where, query) in Queries.All().Where(query => query.Where.StartsWith("panel", StringComparison.Ordinal)).Concat(Queries.Recorded.Select(name => (name, name))))
        {
            if (await CountAsync(query.Replace("$__rate_interval", "1m", StringComparison.Ordinal).Replace("$__range", "1h", StringComparison.Ordinal)) == 0)
                empty.Add($"{where}: {query}");
        }

        return empty;
    }

    /// <returns>How many series the query has now.</returns>
    private async Task<int> CountAsync(string query)
    {
        using var response = await Client.GetAsync($"query?query={Uri.EscapeDataString(query)}");
        var answer = await response.Content.ReadFromJsonAsync<JsonElement>();
        response.IsSuccessStatusCode.ShouldBeTrue($"{query}: {answer}");
        return answer.GetProperty("data").GetProperty("result").GetArrayLength();
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        if (!_process.HasExited)
            _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _folder.Delete(recursive: true);
    }

    private static IEnumerable<JsonElement> Rules(JsonElement data) =>
        data.GetProperty("groups").EnumerateArray().SelectMany(group => group.GetProperty("rules").EnumerateArray());
}
