using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using ChatApp.Orchestrator.V1;
using ChatApp.Tests.Orchestrator.Graph;
using Grpc.Core;
using static ChatApp.Tests.Orchestrator.Graph.OrchestratorProcess;

namespace ChatApp.Tests.Orchestrator.Load;

/// <summary>
/// Many at once: that all of it completes and is right. The times are printed and not asserted, since they are the
/// machine's. CHATAPP_TEST_LOAD says how many viewers and turns; the proof is 1,000.
/// </summary>
[Category("Load")]
[Explicit("Takes the whole machine.")]
public sealed class LoadTests
{
    private static readonly int s_many = int.TryParse(Environment.GetEnvironmentVariable("CHATAPP_TEST_LOAD"), out var asked) ? asked : 60;

    private OrchestratorGraph _graph = null!;

    [OneTimeSetUp]
    public async Task StartGraph() => _graph = await OrchestratorGraph.StartAsync(
        2, new Dictionary<string, string> { ["Conversations__Titles"] = "false", ["Logging__LogLevel__Default"] = "Warning" });

    [OneTimeTearDown]
    public async Task StopGraph()
    {
        if (_graph is not null)
            await _graph.DisposeAsync();
    }

    [Test]
    public async Task Many_viewers_of_one_turn_through_two_replicas_see_the_same()
    {
        var content = $"tokens=150 delay=20 {Guid.NewGuid():N}";
        var before = Memory();
        using var run = _graph.First.Turns.Run(new RunTurnRequest { Content = content }, As("viewers"));
        var begun = await new ViewedTurn().FollowAsync(run, seen => seen.Last == 2);

        var viewers = await Task.WhenAll(Enumerable.Range(0, s_many).Select(i => new ViewedTurn().FollowAsync(
            (i % 2 == 0 ? _graph.First : _graph.Second).Turns.Resume(new ResumeTurnRequest { TurnId = begun.TurnId }, As("viewers")))));

        foreach (var viewer in viewers)
            viewer.Text.ShouldBe(ScriptedModelServer.AnswerTo(content));
        TestContext.Out.WriteLine($"{s_many} viewers of one turn: both replicas grew by {(Memory() - before) / 1024 / 1024} MiB");
    }

    [Test]
    public async Task Idle_viewers_cost_little()
    {
        var content = $"prefill=4000 tokens=3 {Guid.NewGuid():N}";
        using var run = _graph.First.Turns.Run(new RunTurnRequest { Content = content }, As("idle"));
        var begun = await new ViewedTurn().FollowAsync(run, seen => seen.Last == 1);
        var before = Memory();

        var waiting = Enumerable.Range(0, s_many).Select(i => new ViewedTurn().FollowAsync(
            _graph.First.Turns.Resume(new ResumeTurnRequest { TurnId = begun.TurnId }, As("idle")))).ToArray();
        await Task.Delay(2000);
        var during = Memory();

        foreach (var viewer in await Task.WhenAll(waiting))
            viewer.Text.ShouldBe(ScriptedModelServer.AnswerTo(content));
        TestContext.Out.WriteLine($"an idle viewer's stream: {(during - before) / 1024.0 / s_many:F1} KiB of the replica's resident memory");
    }

    [Test]
    public async Task Many_turns_at_once_at_50_tokens_a_second_all_complete()
    {
        const int Tokens = 250;
        await new ViewedTurn().FollowAsync(_graph.First.Turns.Run(new RunTurnRequest { Content = "warm tokens=5" }, As("load")));
        var delays = new List<double>[s_many];
        var clock = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, s_many).Select(async i =>
        {
            delays[i] = [];
            // A second to join in: the bar is about a thousand at once, not about a thousand in one instant.
            await Task.Delay(i * 1000 / s_many);
            var request = new RunTurnRequest { Content = $"tokens={Tokens} delay=20 stamp=1 {i}" };
            var words = 0;
            using var call = (i % 2 == 0 ? _graph.First : _graph.Second).Turns.Run(request, As($"load-{i}"));
            await foreach (var turnEvent in call.ResponseStream.ReadAllAsync())
            {
                var now = Stopwatch.GetTimestamp();
                if (turnEvent.Text is not { } text)
                    continue;
                foreach (var stamp in text.Text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
                {
                    words++;
                    delays[i].Add(Stopwatch.GetElapsedTime(long.Parse(stamp, CultureInfo.InvariantCulture), now).TotalMilliseconds);
                }
            }

            words.ShouldBe(Tokens);
        }));

        (await _graph.ScalarAsync<long>("SELECT count(*) FROM chat.usage_events WHERE user_id LIKE 'load-%' AND purpose = 'turn'")).ShouldBe(s_many);
        TestContext.Out.WriteLine($"{s_many} turns of {Tokens} tokens in {clock.Elapsed.TotalSeconds:F1} s; delay per token, ms: {Percentiles([.. delays.SelectMany(d => d)])}");
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
            using (var call = _graph.First.Turns.Run(new RunTurnRequest { Content = content }, As("ttft")))
                await seen.FollowAsync(call, s => s.Events[^1].Text is not null);
            if (i < 0)
                continue;
            direct.Add(first);
            through.Add(clock.Elapsed.TotalMilliseconds);
        }

        TestContext.Out.WriteLine($"time to first token, ms, direct: {Percentiles(direct)}; through the orchestrator: {Percentiles(through)}");
        through.Count.ShouldBe(turns);
    }

    private async Task DirectAsync(HttpClient http, string content)
    {
        var body = JsonSerializer.Serialize(new { model = ScriptedModelServer.Model, stream = true, messages = new[] { new { role = "user", content } } });
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
