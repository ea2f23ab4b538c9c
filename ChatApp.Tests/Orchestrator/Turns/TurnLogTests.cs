using ChatApp.Orchestrator.V1;
using ChatApp.Tests.Orchestrator.Graph;
using ChatApp.Tests.Orchestrator.Upstreams;
using Grpc.Core;
using StackExchange.Redis;

namespace ChatApp.Tests.Orchestrator.Turns;

public sealed class TurnLogTests : GraphTest
{
    [Test]
    public async Task A_turn_is_resumed_at_any_event_also_when_redis_lost_everything()
    {
        var whole = await RunAsync("tokens=25 delay=3");
        await FlushRedisAsync();

        for (var after = 0; after < whole.Last; after += 5)
        {
            var resumed = new ViewedTurn();
            resumed.Events.AddRange(whole.Events.Take(after));
            await resumed.FollowAsync(Graph.Second.Turns.Resume(new ResumeTurnRequest { TurnId = whole.TurnId, After = after }, Me));
            resumed.Events.ShouldBe(whole.Events);
        }
    }

    [Test]
    public async Task A_running_turn_goes_on_without_a_gap_when_redis_forgets_it()
    {
        const string Content = "tokens=150 delay=10";
        var here = new ViewedTurn();
        var elsewhere = new ViewedTurn();
        using var run = Graph.First.Turns.Run(new RunTurnRequest { Content = Content }, Me);
        await here.FollowAsync(run, seen => seen.Last == 10);
        var other = elsewhere.FollowAsync(Graph.Second.Turns.Resume(new ResumeTurnRequest { TurnId = here.TurnId }, Me));

        await FlushRedisAsync();

        await other;
        elsewhere.Text.ShouldBe(ScriptedModel.AnswerTo(Content));
        elsewhere.Ended!.Status.ShouldBe("Completed");
    }

    [Test]
    public async Task An_event_number_beyond_the_end_is_out_of_range()
    {
        var whole = await RunAsync("tokens=3");

        (await RefusalAsync(() => new ViewedTurn().FollowAsync(
            Graph.First.Turns.Resume(new ResumeTurnRequest { TurnId = whole.TurnId, After = whole.Last + 1 }, Me)))).StatusCode.ShouldBe(StatusCode.OutOfRange);
        var atTheEnd = new ViewedTurn();
        await atTheEnd.FollowAsync(Graph.First.Turns.Resume(new ResumeTurnRequest { TurnId = whole.TurnId, After = whole.Last }, Me));
        atTheEnd.Events.ShouldBeEmpty();
    }

    [Test]
    public async Task A_replica_that_is_told_to_go_hands_its_turns_over_at_once()
    {
        var content = $"tokens=200 delay=10 {User}";
        var seen = await new ViewedTurn().FollowAsync(Graph.First.Turns.Run(new RunTurnRequest { Content = content }, Me), s => s.Last == 10);
        // Can't be handed over, and holds nothing up.
        using var temporary = Graph.First.Turns.Run(new RunTurnRequest { Content = "tokens=100000 delay=10", Temporary = true }, Me);
        (await temporary.ResponseStream.MoveNext(CancellationToken.None)).ShouldBeTrue();
        try
        {
            await Graph.First.TerminateAsync();
            await seen.FollowAsync(Graph.Second.Turns.Resume(new ResumeTurnRequest { TurnId = seen.TurnId, After = seen.Last }, Me));
        }
        finally
        {
            await Graph.First.StartAsync();
        }

        seen.Text.ShouldBe(ScriptedModel.AnswerTo(content));
        seen.Ended!.Status.ShouldBe("Completed");
    }

    [Test]
    public async Task A_turn_waits_for_a_model_that_starts_and_one_whose_model_stays_away_ends_as_interrupted_with_its_text()
    {
        await using var graph = await OrchestratorGraph.StartAsync(1, new Dictionary<string, string> { ["Turns__ContinuationPatience"] = "00:00:01" });
        await graph.Model.StopAsync();
        var early = await new ViewedTurn().FollowAsync(
            graph.First.Turns.Run(new RunTurnRequest { Content = "tokens=3", Model = ScriptedModel.Model }, Me), s => s.Events.Any(e => e.Notice?.Code == "queue"));
        await graph.Model.ListenAsync();
        await early.FollowAsync(graph.First.Turns.Resume(new ResumeTurnRequest { TurnId = early.TurnId, After = early.Last }, Me));
        early.Ended!.Status.ShouldBe("Completed");

        var content = $"tokens=2000 delay=5 die=4 deaths=100000 {User}";
        var seen = new ViewedTurn();
        var run = graph.First.Turns.Run(new RunTurnRequest { Content = content }, Me);
        await seen.FollowAsync(run, s => s.Events.Any(e => e.Text is not null));
        await graph.Model.StopAsync();

        await seen.FollowAsync(graph.First.Turns.Resume(new ResumeTurnRequest { TurnId = seen.TurnId, After = seen.Last }, Me));

        seen.Ended!.Status.ShouldBe("Interrupted");
        seen.Text.ShouldNotBeEmpty();
        var stored = await graph.First.Conversations.GetAsync(new GetConversationRequest { Id = seen.Started.ConversationId }, Me);
        stored.Messages[1].Status.ShouldBe("Interrupted");
        stored.Messages[1].Text.ShouldBe(seen.Text);
    }

    private async Task FlushRedisAsync()
    {
        var options = ConfigurationOptions.Parse(Graph.Stores.Redis);
        options.AllowAdmin = true;
        await using var redis = await ConnectionMultiplexer.ConnectAsync(options);
        await redis.GetServers()[0].FlushAllDatabasesAsync();
    }
}
