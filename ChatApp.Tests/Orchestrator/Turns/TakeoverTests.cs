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
        seen.Text.ShouldBe(ScriptedModelServer.AnswerTo(content));
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
        var answer = ScriptedModelServer.AnswerTo(content);
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

    private async Task<TurnRecord> StartAsync(string content, ReplicaName replica)
    {
        var store = new TurnStore(new OwnedDatabase(Graph.Database, TimeProvider.System), new IdFactory(TimeProvider.System), replica, TimeProvider.System);
        var started = await store.StartAsync(
            User, new NewTurn { Content = content, ContentHash = [1], Order = new TurnOrder { Model = ScriptedModelServer.Model } }, CancellationToken.None);
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
