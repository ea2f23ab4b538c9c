using System.Diagnostics;
using ChatApp.Orchestrator.V1;
using ChatApp.Tests.Orchestrator.Graph;
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

    [Test]
    public Task An_orchestrator_killed_during_prefill() => KillOrchestratorAsync("prefill=400", seen => seen.Last == 1);

    [Test]
    public Task An_orchestrator_killed_during_decode() => KillOrchestratorAsync("", seen => seen.Last >= 15);

    [Test]
    public Task An_orchestrator_killed_just_before_the_end_is_stored() =>
        KillOrchestratorAsync("", seen => seen.Text.Contains($"w{Tokens}.", StringComparison.Ordinal));

    [Test]
    public Task A_model_server_killed() => RoundsAsync("model", "", seen => seen.Last >= 15, async () =>
    {
        await _graph.Model.StopAsync();
        await Task.Delay(300);
        await _graph.Model.ListenAsync();
    });

    [Test]
    public Task Redis_killed() => KillStoreAsync("redis");

    [Test]
    public Task Postgres_killed() => KillStoreAsync("postgres");

    private Task KillOrchestratorAsync(string options, Func<ViewedTurn, bool> when) => RoundsAsync("orchestrator", options, when, async () =>
    {
        await _graph.First.KillAsync();
        await _graph.First.StartAsync();
    });

    private async Task KillStoreAsync(string resource)
    {
        if (!_graph.Stores.CanKill)
            Assert.Ignore("The stores were given from outside.");
        await RoundsAsync(resource, "", seen => seen.Last >= 15, async () =>
        {
            await _graph.Stores.KillAsync(resource);
            await Task.Delay(100);
            await _graph.Stores.WaitHealthyAsync(resource);
        });
    }

    private async Task RoundsAsync(string what, string options, Func<ViewedTurn, bool> when, Func<Task> kill)
    {
        var pauses = new List<TimeSpan>();
        for (var round = 0; round < s_rounds; round++)
        {
            var user = $"user-{Guid.NewGuid():N}";
            var content = $"tokens={Tokens} delay=10 {options} {user}";
            var request = new RunTurnRequest { Content = content, RequestId = "round", Sampling = new Sampling { Temperature = 0 } };
            var viewer = new SteadyViewer(_graph, As(user));
            Task? killing = null;
            await viewer.FollowAsync(request, seen =>
            {
                if (killing is null && when(seen))
                    killing = Task.Run(kill);
                return Task.CompletedTask;
            });
            await killing.ShouldNotBeNull($"the {what} was killed");
            pauses.Add(viewer.LongestPause);
            await CheckAsync(user, content, viewer.Seen);
        }

        TestContext.Out.WriteLine($"{what} {options}: {s_rounds} rounds, longest pause {pauses.Max().TotalSeconds:F1} s, mean {pauses.Average(p => p.TotalSeconds):F1} s");
    }

    private async Task CheckAsync(string user, string content, ViewedTurn seen)
    {
        seen.Ended.ShouldNotBeNull().Status.ShouldBe("Completed");
        seen.Text.ShouldBe(ScriptedModelServer.AnswerTo(content), "the text equals that of an undisturbed run");
        var stored = await EventuallyAsync(async () => await _graph.Second.Conversations.GetAsync(
            new GetConversationRequest { Id = seen.Started.ConversationId }, As(user)));
        stored.Messages.Count.ShouldBe(2);
        stored.Messages[1].Text.ShouldBe(seen.Text, "what is stored is what was seen");
        stored.Conversation.RunningTurnId.ShouldBeEmpty();
        (await _graph.ScalarAsync<long>("SELECT count(*) FROM chat.usage_events WHERE user_id = @user", new { user })).ShouldBe(1);
        (await _graph.ScalarAsync<long>("SELECT count(*) FROM chat.turns WHERE user_id = @user AND status = 'Completed'", new { user })).ShouldBe(1);

        var replayed = new ViewedTurn();
        await replayed.FollowAsync(_graph.Second.Turns.Resume(new ResumeTurnRequest { TurnId = seen.TurnId }, As(user)));
        replayed.Events.ShouldBe(seen.Events, "a viewer who returns later sees the very same events");
    }

    // A connection pool may still hold connections to the server that was killed.
    private static async Task<T> EventuallyAsync<T>(Func<Task<T>> ask)
    {
        var clock = Stopwatch.StartNew();
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
}
