using ChatApp.Orchestrator.V1;
using ChatApp.Tests.Orchestrator.Graph;
using ChatApp.Tests.Orchestrator.Upstreams;
using static ChatApp.Tests.Orchestrator.Graph.OrchestratorProcess;

namespace ChatApp.Tests.Orchestrator.Faults;

/// <summary>
/// kill -9 at every stage of a turn, round after round. CHATAPP_TEST_KILL_ROUNDS says how many; the proof is 50 each.
/// </summary>
[Category("Faults")]
[Explicit("Minutes long: kills servers under a turn.")]
public sealed class KillTests
{
    private const int Tokens = 60;

    private static readonly int s_rounds = int.TryParse(Environment.GetEnvironmentVariable("CHATAPP_TEST_KILL_ROUNDS"), out var asked) ? asked : 1;

    private OrchestratorGraph _graph = null!;

    [OneTimeSetUp]
    public async Task StartGraph() => _graph = await OrchestratorGraph.StartAsync(
        2, new Dictionary<string, string> { ["Conversations__Titles"] = "false", ["Turns__TakeoverLimit"] = "5" });

    [OneTimeTearDown]
    public async Task StopGraph()
    {
        if (_graph is not null)
            await _graph.DisposeAsync();
    }

    /// <summary>Each kill hits four turns at once: one in prefill, one in decode, one in a tool, one that has generated everything and stored nothing of the end.</summary>
    [Test]
    public async Task An_orchestrator_killed_in_prefill_in_decode_within_a_tool_and_just_before_the_end()
    {
        var pauses = new List<TimeSpan>();
        for (var round = 0; round < s_rounds; round++)
        {
            // The replicas take turns in dying; the one that died is back before its next turn.
            var (victim, other) = round % 2 == 0 ? (_graph.First, _graph.Second) : (_graph.Second, _graph.First);
            var isIdempotent = round % 4 < 2;
            var call = $$"""rounds=1 before=3 tool={{(isIdempotent ? "lookup" : "order")}} arg={"id":"tool-{{round}}-{{Guid.NewGuid():N}}"}""";
            _graph.Tools.IsOpen = false;
            Victim[] turns =
            [
                new("prefill", $"tokens={Tokens} delay=5 prefill=1500", seen => seen.Last >= 1),
                new("decode", $"tokens={Tokens * 4} delay=15", seen => seen.Text.Contains("w15.", StringComparison.Ordinal)),
                new("tool", $"{call} tokens={Tokens} delay=5", seen => seen.Events[^1].ToolCall is not null && _graph.Tools.CountOf(Id(call)) == 1),
                new("end", $"tokens={Tokens} delay=5 hold={(round % 2 == 0 ? 3000 : 0)}", seen => seen.Text.Contains($"w{Tokens}.", StringComparison.Ordinal)),
            ];
            var viewers = turns.Select(turn => Task.Run(() => FollowAsync(turn, victim, other))).ToArray();
            await Task.WhenAll(turns.Select(turn => turn.Ready.Task)).WaitAsync(TimeSpan.FromSeconds(30));
            await victim.KillAsync();
            _graph.Tools.IsOpen = true;
            var restarting = victim.StartAsync();
            pauses.AddRange(await Task.WhenAll(viewers));
            await restarting;
            foreach (var turn in turns)
                await CheckAsync(turn, other);

            var result = turns[2].Seen!.Events.Single(e => e.ToolResult is not null).ToolResult;
            result.Status.ShouldBe(isIdempotent ? "succeeded" : "unknown", $"round {round}");
            _graph.Tools.CountOf(Id(call)).ShouldBe(isIdempotent ? 2 : 1, "only what is idempotent runs twice");
        }

        Report("orchestrator, 4 turns a kill", pauses);
    }

    [Test]
    public Task A_model_server_killed() => RoundsAsync("model", async () =>
    {
        await _graph.Model.StopAsync();
        await _graph.Model.ListenAsync();
    });

    [Test]
    public Task Redis_killed() => KillStoreAsync("redis");

    [Test]
    public Task Postgres_killed() => KillStoreAsync("postgres");

    private async Task KillStoreAsync(string resource)
    {
        if (!_graph.Stores.CanKill)
            Assert.Ignore("The stores were given from outside.");
        await RoundsAsync(resource, async () =>
        {
            await _graph.Stores.KillAsync(resource);
            await _graph.Stores.WaitHealthyAsync(resource);
        });
    }

    private async Task RoundsAsync(string what, Func<Task> kill)
    {
        var pauses = new List<TimeSpan>();
        for (var round = 0; round < s_rounds; round++)
        {
            // Text, not events: while Redis comes back an event has more of it.
            var turn = new Victim(what, $"tokens={Tokens} delay=10", seen => seen.Text.Contains("w15.", StringComparison.Ordinal));
            var viewer = Task.Run(() => FollowAsync(turn, _graph.First, _graph.Second));
            await turn.Ready.Task.WaitAsync(TimeSpan.FromSeconds(30));
            await kill();
            pauses.Add(await viewer);
            await CheckAsync(turn, _graph.Second);
        }

        Report(what, pauses);
    }

    private static void Report(string what, List<TimeSpan> pauses) => TestContext.Out.WriteLine(
        $"{what}: {s_rounds} rounds, {pauses.Count} turns, longest pause {pauses.Max().TotalSeconds:F1} s, mean {pauses.Average(p => p.TotalSeconds):F1} s");

    private static string Id(string call) => call[call.IndexOf("tool-", StringComparison.Ordinal)..].TrimEnd('}', '"');

    private static async Task<TimeSpan> FollowAsync(Victim turn, OrchestratorProcess on, OrchestratorProcess other)
    {
        var request = new RunTurnRequest { Content = turn.Content, RequestId = "round", Sampling = new Sampling { Temperature = 0 } };
        if (turn.Content.Contains("tool=", StringComparison.Ordinal))
            request.Tools.AddRange(["lookup", "order"]);
        var viewer = new SteadyViewer(on, other, As(turn.User));
        try
        {
            await viewer.FollowAsync(request, async seen =>
            {
                if (seen.Events[^1].ToolCall is not null)
                    await Eventually.HoldsAsync(() => turn.IsReady(seen));
                if (turn.IsReady(seen))
                    turn.Ready.TrySetResult();
            });
        }
        catch (Exception exception)
        {
            turn.Ready.TrySetException(exception);
            throw;
        }

        turn.Seen = viewer.Seen;
        return viewer.LongestPause;
    }

    private async Task CheckAsync(Victim turn, OrchestratorProcess on)
    {
        var (user, seen) = (turn.User, turn.Seen!);
        seen.Ended.ShouldNotBeNull().Status.ShouldBe("Completed", turn.What);
        var before = turn.Content.Contains("before=3", StringComparison.Ordinal) ? "b1.1 b1.2 b1.3 \n\n" : "";
        seen.Text.ShouldBe(before + ScriptedModel.AnswerTo(turn.Content), $"{turn.What}: the text equals that of an undisturbed run");
        var stored = await EventuallyAsync(async () => await on.Conversations.GetAsync(
            new GetConversationRequest { Id = seen.Started.ConversationId }, As(user)));
        stored.Messages.Count.ShouldBe(2);
        stored.Messages[1].Text.ShouldBe(seen.Text, "what is stored is what was seen");
        stored.Conversation.RunningTurnId.ShouldBeEmpty();
        (await _graph.ScalarAsync<long>("SELECT count(*) FROM chat.usage_events WHERE user_id = @user AND purpose = 'turn'", new { user })).ShouldBe(1);
        (await _graph.ScalarAsync<long>("SELECT count(*) FROM chat.turns WHERE user_id = @user AND status = 'Completed'", new { user })).ShouldBe(1);
        (await _graph.ScalarAsync<long>("SELECT count(*) FROM chat.turns WHERE status IN ('Queued', 'Running') AND user_id = @user", new { user })).ShouldBe(0);
        (await _graph.ScalarAsync<long>("SELECT count(*) FROM chat.tool_calls WHERE status = 'started' AND user_id = @user", new { user })).ShouldBe(0);

        var replayed = new ViewedTurn();
        await replayed.FollowAsync(on.Turns.Resume(new ResumeTurnRequest { TurnId = seen.TurnId }, As(user)));
        replayed.Events.ShouldBe(seen.Events, "a viewer who returns later sees the very same events");
    }

    // A connection pool may still hold connections to the server that was killed.
    private static async Task<T> EventuallyAsync<T>(Func<Task<T>> ask)
    {
        var clock = System.Diagnostics.Stopwatch.StartNew();
        while (true)
        {
            try
            {
                return await ask();
            }
            catch (global::Grpc.Core.RpcException) when (clock.Elapsed < TimeSpan.FromSeconds(20))
            {
                await Task.Delay(100);
            }
        }
    }

    /// <summary>A turn that is to be hit, and how far it must be for that.</summary>
    private sealed class Victim(string what, string script, Func<ViewedTurn, bool> isReady)
    {
        public string What { get; } = what;

        public string User { get; } = $"user-{Guid.NewGuid():N}";

        public string Content => $"{script} {User}";

        public Func<ViewedTurn, bool> IsReady { get; } = isReady;

        public TaskCompletionSource Ready { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public ViewedTurn? Seen { get; set; }
    }
}
