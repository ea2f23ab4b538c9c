using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using ChatApp.Orchestrator.V1;
using ChatApp.Tests.Orchestrator.Graph;
using ChatApp.Tests.Orchestrator.Upstreams;
using Grpc.Core;
using static ChatApp.Tests.Orchestrator.Graph.OrchestratorProcess;

namespace ChatApp.Tests.Orchestrator.Load;

/// <summary>
/// Many at once: that all of it completes and is right. The times are printed and not asserted, since they are the
/// machine's. CHATAPP_TEST_LOAD says how many viewers and turns (<c>250,500,1000</c> for several; the proof is 1,000), and
/// for turns CHATAPP_TEST_LOAD_ROUNDS how often, CHATAPP_TEST_LOAD_TOKENS how long the answers are, and
/// CHATAPP_TEST_LOAD_JOINING in how many seconds they all begin.
/// </summary>
[Category("Load")]
[Explicit("Takes the whole machine.")]
public sealed class LoadTests
{
    private static readonly int s_tokens = Number("CHATAPP_TEST_LOAD_TOKENS", 250);
    private static readonly int s_rounds = Number("CHATAPP_TEST_LOAD_ROUNDS", 1);
    private static readonly TimeSpan s_joining = TimeSpan.FromSeconds(Number("CHATAPP_TEST_LOAD_JOINING", 1));
    private static readonly int[] s_sizes = [.. (Environment.GetEnvironmentVariable("CHATAPP_TEST_LOAD") ?? "60").Split(',').Select(size => int.Parse(size, CultureInfo.InvariantCulture))];
    private static readonly int s_many = s_sizes.Max();

    private readonly PacedModelServer _upstream = PacedModelServer.Start(TimeSpan.FromMilliseconds(20));
    private OrchestratorGraph _graph = null!;

    private static int[] Sizes() => s_sizes;

    private static int Number(string variable, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), CultureInfo.InvariantCulture, out var number) ? number : otherwise;

    [OneTimeSetUp]
    public async Task StartGraph() => _graph = await OrchestratorGraph.StartAsync(2, new Dictionary<string, string>
    {
        ["Conversations__Titles"] = "false",
        ["Logging__LogLevel__Default"] = "Warning",
        ["Gateway__Upstreams__paced__BaseUrl"] = _upstream.Url,
        ["Gateway__Upstreams__paced__Kind"] = "Vllm",
        ["Gateway__Upstreams__paced__Discover"] = "true",
    });

    [OneTimeTearDown]
    public async Task StopGraph()
    {
        if (_graph is not null)
            await _graph.DisposeAsync();
        await _upstream.DisposeAsync();
    }

    [Test]
    public async Task Many_viewers_of_one_turn_through_two_replicas_see_the_same()
    {
        var content = $"tokens=150 delay=20 {Guid.NewGuid():N}";
        var before = Memory();
        using var run = _graph.First.Turns.Run(new RunTurnRequest { Content = content, Model = ScriptedModel.Model }, As("viewers"));
        var begun = await new ViewedTurn().FollowAsync(run, seen => seen.Last == 2);

        var viewers = await Task.WhenAll(Enumerable.Range(0, s_many).Select(i => new ViewedTurn().FollowAsync(
            (i % 2 == 0 ? _graph.First : _graph.Second).Turns.Resume(new ResumeTurnRequest { TurnId = begun.TurnId }, As("viewers")))));

        foreach (var viewer in viewers)
            viewer.Text.ShouldBe(ScriptedModel.AnswerTo(content));
        TestContext.Out.WriteLine($"{s_many} viewers of one turn: both replicas grew by {(Memory() - before) / 1024 / 1024} MiB");
    }

    [Test]
    public async Task Idle_viewers_cost_little()
    {
        var content = $"prefill=4000 tokens=3 {Guid.NewGuid():N}";
        using var run = _graph.First.Turns.Run(new RunTurnRequest { Content = content, Model = ScriptedModel.Model }, As("idle"));
        var begun = await new ViewedTurn().FollowAsync(run, seen => seen.Last == 1);
        var before = Memory();

        var viewers = Enumerable.Range(0, s_many).Select(_ => new ViewedTurn()).ToArray();
        var waiting = viewers.Select(viewer => viewer.FollowAsync(_graph.First.Turns.Resume(new ResumeTurnRequest { TurnId = begun.TurnId }, As("idle")))).ToArray();
        await Eventually.HoldsAsync(() => viewers.All(viewer => viewer.Last > 0));
        var during = Memory();

        foreach (var viewer in await Task.WhenAll(waiting))
            viewer.Text.ShouldBe(ScriptedModel.AnswerTo(content));
        TestContext.Out.WriteLine($"an idle viewer's stream: {(during - before) / 1024.0 / s_many:F1} KiB of the replica's resident memory");
    }

    /// <summary>Each round asks the upstream directly first: what the generator and the machine need by themselves.</summary>
    [TestCaseSource(nameof(Sizes))]
    public async Task Many_turns_at_once_at_50_tokens_a_second_all_complete(int many)
    {
        using var http = new HttpClient();
        await RunAsync(40, "warm-up", (i, words) => ReadTurnAsync($"warm-{many}-{i}", i, words));
        var (direct, through) = (new List<StreamRun>(), new List<StreamRun>());
        for (var round = 0; round < s_rounds; round++)
        {
            direct.Add(await RunAsync(many, "direct", (i, words) => ReadDirectlyAsync(http, i, words)));
            through.Add(await RunAsync(many, "turns", (i, words) => ReadTurnAsync($"load-{many}-{round}-{i}", i, words)));
        }

        TestContext.Out.WriteLine($"{many} streams, medians of {s_rounds} rounds: direct {StreamRun.Medians(direct)}; turns {StreamRun.Medians(through)}");
        (await _graph.ScalarAsync<long>("SELECT count(*) FROM chat.usage_events WHERE user_id LIKE @users AND purpose = 'turn'", new { users = $"load-{many}-%" })).ShouldBe(many * s_rounds);
        (await _graph.ScalarAsync<long>("SELECT sum(takeovers) FROM chat.turns WHERE user_id LIKE @users", new { users = $"load-{many}-%" })).ShouldBe(0, "no lease expires under load");
    }

    [Test]
    public async Task Time_to_first_token_against_asking_the_model_directly()
    {
        var turns = Math.Clamp(s_many, 20, 200);
        using var http = new HttpClient();
        var direct = new List<double>();
        var through = new List<double>();
        for (var i = -5; i < turns; i++)
        {
            var content = $"tokens=2 ttft {i}";
            var clock = Stopwatch.StartNew();
            await DirectAsync(http, content);
            var first = clock.Elapsed.TotalMilliseconds;
            clock.Restart();
            var seen = new ViewedTurn();
            using (var call = _graph.First.Turns.Run(new RunTurnRequest { Content = content, Model = ScriptedModel.Model }, As("ttft")))
                await seen.FollowAsync(call, s => s.Events[^1].Text is not null);
            if (i < 0)
                continue;
            direct.Add(first);
            through.Add(clock.Elapsed.TotalMilliseconds);
        }

        TestContext.Out.WriteLine($"time to first token, ms, direct: {Percentiles(direct)}; through the orchestrator: {Percentiles(through)}");
        through.Count.ShouldBe(turns);
    }

    private async Task<StreamRun> RunAsync(int many, string what, Func<int, NumberedWords, Task> read)
    {
        var run = new StreamRun(what, _graph.First.ProcessId, _graph.Second.ProcessId);
        _upstream.TakeLateness();
        var streams = Enumerable.Range(0, many).Select(_ => new NumberedWords()).ToArray();
        await Task.WhenAll(streams.Select(async (words, i) =>
        {
            // Some time to join in: the bar is about a thousand at once, not about a thousand beginnings in one instant.
            await Task.Delay(s_joining * i / many);
            await read(i, words);
            words.Count.ShouldBe(s_tokens, $"{what} {i}: every word is there");
        }));
        run.Finish(streams, _upstream.TakeLateness());
        TestContext.Out.WriteLine($"{many} streams of {s_tokens} tokens {run}");
        return run;
    }

    private async Task ReadTurnAsync(string user, int i, NumberedWords words)
    {
        var request = new RunTurnRequest { Content = $"{s_tokens} {i}", Model = PacedModelServer.Model };
        using var call = (i % 2 == 0 ? _graph.First : _graph.Second).Turns.Run(request, As(user));
        while (await call.ResponseStream.MoveNext(CancellationToken.None))
        {
            if (call.ResponseStream.Current is { Text.Text: { } text })
                words.Read(text);
            else if (call.ResponseStream.Current is { Ended: { } ended })
                ended.Status.ShouldBe("Completed");
        }
    }

    private async Task ReadDirectlyAsync(HttpClient http, int i, NumberedWords words)
    {
        const string Before = "\"content\":\"";
        var body = JsonSerializer.Serialize(new { model = PacedModelServer.Model, stream = true, messages = new[] { new { role = "user", content = $"{s_tokens} {i}" } } });
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{_upstream.Url}/v1/chat/completions") { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
        while (await reader.ReadLineAsync() is { } line)
        {
            var start = line.IndexOf(Before, StringComparison.Ordinal);
            if (start >= 0)
                words.Read(line.AsSpan(start + Before.Length, line.IndexOf('"', start + Before.Length) - start - Before.Length));
        }
    }

    private async Task DirectAsync(HttpClient http, string content)
    {
        var body = JsonSerializer.Serialize(new { model = ScriptedModel.Model, stream = true, messages = new[] { new { role = "user", content } } });
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{_graph.Model.Url}/v1/chat/completions") { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
        await reader.ReadLineAsync();
    }

    private long Memory() => new[] { _graph.First, _graph.Second }.Sum(orchestrator =>
    {
        using var process = Process.GetProcessById(orchestrator.ProcessId);
        return process.WorkingSet64;
    });

    private static string Percentiles(List<double> values)
    {
        values.Sort();
        double At(double share) => values[(int)Math.Min(values.Count - 1, values.Count * share)];
        return string.Create(CultureInfo.InvariantCulture, $"p50 {At(0.5):F1}, p95 {At(0.95):F1}, p99 {At(0.99):F1}, max {values[^1]:F1}");
    }
}
