using ChatApp.Contracts.Ids;
using ChatApp.Orchestrator.Ids;
using ChatApp.Orchestrator.Storage;
using ChatApp.Orchestrator.Turns.Events;
using ChatApp.Orchestrator.Turns.Leases;
using ChatApp.Orchestrator.Turns.Records;
using ChatApp.Orchestrator.Turns.Starting;
using ChatApp.Orchestrator.V1;
using ChatApp.Tests.Observability;
using ChatApp.Tests.Orchestrator.Graph;
using ChatApp.Tests.Orchestrator.Upstreams;
using Dapper;
using Grpc.Core;
using Microsoft.Extensions.Options;

namespace ChatApp.Tests.Orchestrator.Turns;

/// <summary>Turns whose owner is not there, brought about in the database.</summary>
public sealed class TakeoverTests : GraphTest
{
    // A replica that a test made up would count as living, and be given turns, for as long as its lease.
    [TearDown]
    public Task Forget_made_up_replicas() => Graph.ExecuteAsync("DELETE FROM chat.replicas WHERE alive_until > clock_timestamp() + interval '10 seconds'");

    [OneTimeSetUp]
    public void MapAsTheServiceDoes() => DefaultTypeMap.MatchNamesWithUnderscores = true;

    [Test]
    public async Task A_turn_of_a_living_replica_that_nobody_runs_is_given_up_and_taken_over()
    {
        var living = await Graph.ScalarAsync<string>("SELECT name FROM chat.replicas WHERE alive_until > clock_timestamp() LIMIT 1");
        var content = $"tokens=10 {User}";

        // Stored, and its caller heard nothing of it.
        var turn = await StartAsync(content, new ReplicaName(living));

        var seen = await TailAsync(turn);
        seen.Ended.ShouldNotBeNull().Status.ShouldBe("Completed");
        seen.Text.ShouldBe(ScriptedModel.AnswerTo(content));
        (await Graph.ScalarAsync<int>("SELECT takeovers FROM chat.turns WHERE id = @Id", new { turn.Id })).ShouldBe(1);
        seen.Ended.Timings.Parts.Partial.ShouldBeTrue("what the first owner measured went with it");
        await Eventually.BecomesAsync(() => CountedAsync("chatapp_turns_takeovers_total"), takeovers => takeovers > 0);
    }

    [Test]
    public async Task A_viewer_that_was_shown_more_than_a_takeover_found_is_counted_as_a_lost_draft()
    {
        var living = await Graph.ScalarAsync<string>("SELECT name FROM chat.replicas WHERE alive_until > clock_timestamp() LIMIT 1");
        var ofOneOwner = await RunAsync($"tokens=5 {User}");
        var takenOver = await TailAsync(await StartAsync($"tokens=10 {User}", new ReplicaName(living)));
        var before = await CountedAsync("chatapp_turns_drafts_lost_total");

        foreach (var turn in (ViewedTurn[])[ofOneOwner, takenOver])
        {
            var beyond = new ResumeTurnRequest { TurnId = turn.TurnId, After = turn.Last + 3 };
            (await RefusalAsync(() => new ViewedTurn().FollowAsync(Graph.First.Turns.Resume(beyond, Me)))).StatusCode.ShouldBe(StatusCode.OutOfRange);
        }

        (await Eventually.BecomesAsync(() => CountedAsync("chatapp_turns_drafts_lost_total"), lost => lost > before)).ShouldBe(before + 1, "of a turn with one owner the number is made up");
    }

    [Test]
    public async Task A_turn_that_lost_its_replica_too_often_ends_as_interrupted_and_is_continued_when_asked()
    {
        var content = $"tokens=10 {User}";
        var answer = ScriptedModel.AnswerTo(content);
        var begun = answer[..(answer.IndexOf(' ', StringComparison.Ordinal) + 1)];
        var mine = ReplicaName.Unique();
        await using var leases = new TurnLeases(Graph.Database, mine, Options.Create(new TurnOptions { LeaseDuration = TimeSpan.FromMinutes(1) }));
        await leases.RenewAsync(CancellationToken.None);
        var turn = await StartAsync(content, mine);
        await using var journal = new TurnJournal(Graph.Database, new OwnedDatabase(Graph.Database, TimeProvider.System));
        var text = new TurnEvent { Number = 2, Text = new TextDelta { Text = begun } };
        await journal.AppendAsync([new JournalEntry(turn.Id, 1, 2, 2, TurnEventCodec.Encode([text]))], CancellationToken.None);

        await Graph.ExecuteAsync("UPDATE chat.turns SET takeovers = @limit, lease_owner = '' WHERE id = @Id", new { limit = new TurnOptions().TakeoverLimit, turn.Id });

        var seen = await TailAsync(turn);
        seen.Ended.ShouldNotBeNull().Status.ShouldBe("Interrupted");
        seen.Ended.Error.Message.ShouldNotBeEmpty();
        seen.Text.ShouldBe(begun);
        var goesOn = await RunAsync(new RunTurnRequest { ConversationId = seen.Started.ConversationId, ParentId = seen.Started.AssistantMessageId, ContinueMessage = true });
        goesOn.Ended.ShouldNotBeNull().Status.ShouldBe("Completed");
        goesOn.Text.ShouldBe(answer);
        (await GetAsync(seen.Started.ConversationId)).Messages[1].Text.ShouldBe(answer);
    }

    [Test]
    public async Task A_turn_that_can_t_be_read_ends_at_once_and_keeps_neither_its_conversation_nor_other_turns()
    {
        var (order, log, healthy) = (await StartLeftAsync("one"), await StartLeftAsync("two"), await StartLeftAsync($"tokens=10 {User}"));
        await Graph.ExecuteAsync("""UPDATE chat.turns SET request = '{"sampling": 5}' WHERE id = @Id""", new { order.Id });
        await Graph.ExecuteAsync("UPDATE chat.turn_log SET events = '\\xff' WHERE turn_id = @Id", new { log.Id });
        await Graph.ExecuteAsync("UPDATE chat.turns SET lease_owner = '' WHERE id = ANY(@ids)", new { ids = new[] { order.Id, log.Id, healthy.Id } });

        await Eventually.HoldsAsync(async () => await StatusAsync(order) == "Failed" && await StatusAsync(log) == "Failed" && await StatusAsync(healthy) == "Completed");

        var read = await TailAsync(order);
        read.Started.ConversationId.ShouldBe(WireId.Format(WireId.Conversation, order.ConversationId));
        read.Ended.ShouldNotBeNull().Error.Code.ShouldBe("internal_error");
        (await TailAsync(log)).Ended.ShouldNotBeNull().Status.ShouldBe("Failed");
        foreach (var turn in (TurnRecord[])[order, log])
        {
            (await Graph.ScalarAsync<int>("SELECT takeovers FROM chat.turns WHERE id = @Id", new { turn.Id })).ShouldBe(1);
            var next = await RunAsync("and now?", WireId.Format(WireId.Conversation, turn.ConversationId));
            next.Ended.ShouldNotBeNull().Status.ShouldBe("Completed");
        }
    }

    [Test]
    public async Task A_turn_whose_end_is_refused_for_good_ends_with_its_text_and_without_its_parts()
    {
        var content = $"tokens=6 think=2 {User}";
        await Graph.ExecuteAsync("ALTER TABLE chat.messages ADD CONSTRAINT tests_refuse CHECK (user_id <> '" + User + "' OR content_json IS NULL) NOT VALID");
        try
        {
            var seen = await RunAsync(content);

            seen.Ended.ShouldNotBeNull().Status.ShouldBe("Failed");
            seen.Text.ShouldBe(ScriptedModel.AnswerTo(content));
            var answer = (await GetAsync(seen.Started.ConversationId)).Messages[1];
            answer.Text.ShouldBe(seen.Text);
            answer.Status.ShouldBe("Failed");
            (await Graph.ScalarAsync<int>("SELECT output_tokens FROM chat.usage_events WHERE user_id = @User", new { User })).ShouldBe(seen.Ended.Usage.OutputTokens);
            seen.Ended.Usage.OutputTokens.ShouldBeGreaterThanOrEqualTo(6);
            (await RunAsync("tokens=3", seen.Started.ConversationId)).Ended.ShouldNotBeNull().Status.ShouldBe("Completed");
        }
        finally
        {
            await Graph.ExecuteAsync("ALTER TABLE chat.messages DROP CONSTRAINT tests_refuse");
        }
    }

    [TestCase(false, "Completed")]
    [TestCase(true, "Stopped")]
    public async Task What_a_dead_owner_generated_is_charged_with_the_prompt_that_it_read(bool isStopped, string status)
    {
        var content = $"tokens=10 {User}";
        var answer = ScriptedModel.AnswerTo(content);
        var turn = await StartLeftAsync(content, OrchestratorGraph.PricedModel);
        await using var journal = new TurnJournal(Graph.Database, new OwnedDatabase(Graph.Database, TimeProvider.System));
        var words = answer.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var text = new TurnEvent { Number = 2, Text = new TextDelta { Text = string.Join(' ', words[..4]) + " " } };
        await journal.AppendAsync([new JournalEntry(turn.Id, 1, 2, 2, TurnEventCodec.Encode([text]))], CancellationToken.None);

        await Graph.ExecuteAsync("UPDATE chat.turns SET lease_owner = '', stop_requested_at = CASE WHEN @isStopped THEN now() END WHERE id = @Id", new { isStopped, turn.Id });

        var usage = (await TailAsync(turn)).Ended.ShouldNotBeNull();
        usage.Status.ShouldBe(status);
        usage.Usage.OutputTokens.ShouldBe(isStopped ? 4 : 10);
        // The prompt was read once by each owner that asked the model.
        usage.Usage.InputTokens.ShouldBeGreaterThanOrEqualTo(isStopped ? 2 : 12);
        var cost = await Graph.ScalarAsync<decimal>("SELECT cost FROM chat.usage_events WHERE turn_id = @Id", new { turn.Id });
        cost.ShouldBe(((usage.Usage.InputTokens * 1m) + (usage.Usage.OutputTokens * 3m)) / 1_000_000);
    }

    [Test]
    public async Task A_journal_does_not_wait_for_a_turn_that_is_locked_and_takes_it_with_the_next_round()
    {
        var mine = ReplicaName.Unique();
        await using var leases = new TurnLeases(Graph.Database, mine, Options.Create(new TurnOptions { LeaseDuration = TimeSpan.FromMinutes(1) }));
        await leases.RenewAsync(CancellationToken.None);
        TurnRecord[] turns = [await StartAsync("one", mine), await StartAsync("two", mine)];
        await using var journal = new TurnJournal(Graph.Database, new OwnedDatabase(Graph.Database, TimeProvider.System));
        JournalEntry[] entries = [.. turns.Select(turn => new JournalEntry(turn.Id, 1, 2, 2, TurnEventCodec.Encode([new TurnEvent { Number = 2, Text = new TextDelta { Text = "text" } }])))];

        await using (var connection = await Graph.Database.OpenConnectionAsync())
        await using (var transaction = await connection.BeginTransactionAsync())
        {
            await connection.ExecuteAsync("SELECT id FROM chat.turns WHERE id = @Id FOR UPDATE", new { turns[0].Id }, transaction);
            (await journal.AppendAsync(entries, CancellationToken.None)).OrderBy(state => state.LastNumber).ShouldBe(
                [new JournalState(turns[0].Id, 1, Fenced: false), new JournalState(turns[1].Id, 2, Fenced: false)]);
        }

        (await journal.AppendAsync([entries[0]], CancellationToken.None)).ShouldBe([new JournalState(turns[0].Id, 2, Fenced: false)]);
        await leases.LeaveAsync(CancellationToken.None);
    }

    private Task<string> StatusAsync(TurnRecord turn) => Graph.ScalarAsync<string>("SELECT status FROM chat.turns WHERE id = @Id", new { turn.Id });

    /// <summary>A turn whose owner lives, for a minute, and does nothing: it is taken over once its lease is taken away.</summary>
    private async Task<TurnRecord> StartLeftAsync(string content, string model = ScriptedModel.Model)
    {
        var mine = ReplicaName.Unique();
        await using var leases = new TurnLeases(Graph.Database, mine, Options.Create(new TurnOptions { LeaseDuration = TimeSpan.FromMinutes(1) }));
        await leases.RenewAsync(CancellationToken.None);
        return await StartAsync(content, mine, model);
    }

    private async Task<TurnRecord> StartAsync(string content, ReplicaName replica, string model = ScriptedModel.Model)
    {
        var store = new TurnStore(new OwnedDatabase(Graph.Database, TimeProvider.System), new IdFactory(TimeProvider.System), replica, TimeProvider.System);
        var started = await store.StartAsync(
            User, new NewTurn { Content = content, ContentHash = [1], Order = new TurnOrder { Model = model } }, CancellationToken.None);
        return started.Turn;
    }

    private Task<ViewedTurn> TailAsync(TurnRecord turn) => new ViewedTurn().FollowAsync(
        Graph.Second.Turns.Resume(new ResumeTurnRequest { TurnId = WireId.Format(WireId.Turn, turn.Id) }, Me));

    /// <summary>What both replicas have counted.</summary>
    private async Task<double> CountedAsync(string metric)
    {
        using var http = new HttpClient { DefaultRequestVersion = System.Net.HttpVersion.Version20, DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact };
        string[] scrapes = [await http.GetStringAsync($"{Graph.First.Url}/metrics"), await http.GetStringAsync($"{Graph.Second.Url}/metrics")];
        return Exposition.Parse(scrapes).Sum(metric);
    }
}
