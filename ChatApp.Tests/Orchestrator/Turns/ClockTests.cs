using ChatApp.Contracts.Ids;
using ChatApp.Orchestrator.Ids;
using ChatApp.Orchestrator.Storage;
using ChatApp.Orchestrator.Turns.Leases;
using ChatApp.Orchestrator.Turns.Records;
using ChatApp.Orchestrator.Turns.Starting;
using ChatApp.Orchestrator.V1;
using ChatApp.Tests.Orchestrator.Graph;
using ChatApp.Tests.Orchestrator.Upstreams;
using Dapper;
using Microsoft.Extensions.Options;

namespace ChatApp.Tests.Orchestrator.Turns;

public sealed class ClockTests : GraphTest
{
    // A replica that a test made up would count as living, and be given turns, for as long as its lease.
    [TearDown]
    public Task Forget_made_up_replicas() => Graph.ExecuteAsync("DELETE FROM chat.replicas WHERE alive_until > clock_timestamp() + interval '10 seconds'");

    [Test]
    public async Task A_clock_that_goes_backwards_changes_neither_order_nor_ownership()
    {
        // As the service sets it when it starts.
        DefaultTypeMap.MatchNamesWithUnderscores = true;
        var clock = new AdjustableClock();
        // A lease that lasts: nobody renews it here.
        var options = Options.Create(new TurnOptions { LeaseDuration = TimeSpan.FromMinutes(1) });
        var replica = ReplicaName.Unique();
        await using var leases = new TurnLeases(Graph.Database, replica, options);
        await leases.RenewAsync(CancellationToken.None);
        var store = new TurnStore(new OwnedDatabase(Graph.Database, clock), new IdFactory(clock), replica, clock);

        var first = await store.StartAsync(User, NewTurn("one", null), CancellationToken.None);
        await FinishAsync(store, first);
        clock.Now -= TimeSpan.FromDays(400);
        var second = await store.StartAsync(User, NewTurn("two", first.Turn.ConversationId), CancellationToken.None);
        var isOwned = await Graph.ScalarAsync<bool>(
            "SELECT r.alive_until > clock_timestamp() FROM chat.turns t JOIN chat.replicas r ON r.name = t.lease_owner WHERE t.id = @Id", new { second.Turn.Id });
        await FinishAsync(store, second);

        isOwned.ShouldBeTrue("leases are measured by the database's clock alone");
        var conversation = WireId.Format(WireId.Conversation, first.Turn.ConversationId);
        await RunAsync("three tokens=2", conversation);
        var messages = (await GetAsync(conversation)).Messages;
        messages.Select(m => m.Seq).ShouldBe([1, 2, 3, 4, 5, 6]);
        messages.Skip(1).Select(m => m.ParentId).ShouldBe(messages.SkipLast(1).Select(m => m.Id), "one unbroken path");
        messages.Where(m => m.Role == "user").Select(m => m.Text).ShouldBe(["one", "two", "three tokens=2"]);
    }

    private static NewTurn NewTurn(string content, Guid? conversation) =>
        new() { Content = content, ConversationId = conversation, ContentHash = [1], Order = new TurnOrder { Model = ScriptedModel.Model } };

    private static Task FinishAsync(TurnStore store, StartedTurn started) => store.FinishAsync(
        started.Turn,
        new TurnOutcome { Status = TurnStatus.Completed, Model = ScriptedModel.Model, Usage = new Usage(), Timings = new Timings(), Receipt = "{}" },
        [started.First!, new TurnEvent { Number = 2, Text = new TextDelta { Text = "answer" } }, new TurnEvent { Number = 3, Ended = new TurnEnded { Status = TurnStatus.Completed } }],
        CancellationToken.None);

    private sealed class AdjustableClock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = DateTimeOffset.UtcNow;

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
