using ChatApp.Orchestrator.V1;
using ChatApp.Tests.Orchestrator.Graph;
using Grpc.Core;
using static ChatApp.Tests.Orchestrator.Graph.OrchestratorProcess;

namespace ChatApp.Tests.Orchestrator.Conversations;

/// <summary>Whoever watches a user's conversations hears what becomes of them, on whichever replica it happens.</summary>
public sealed class ConversationChangesTests : GraphTest
{
    [Test]
    public async Task A_watcher_of_one_replica_hears_what_happens_on_another()
    {
        using var call = Graph.First.Conversations.Watch(new WatchRequest(), Me);
        (await NextAsync(call)).Everything.ShouldBeTrue("it begins with a look at everything");

        var turn = await RunAsync("first question tokens=3", on: Graph.Second);
        var id = turn.Started.ConversationId;
        var titled = await UntilAsync(call, change => change.Conversation is { Title.Length: > 0, RunningTurnId: "" });
        titled.Conversation.Id.ShouldBe(id);
        titled.Conversation.CurrentMessageId.ShouldBe(turn.Started.AssistantMessageId);

        await Graph.Second.Conversations.UpdateAsync(new UpdateConversationRequest { Id = id, Title = "Named by hand", Pinned = true }, Me);
        (await UntilAsync(call, change => change.Conversation?.Title == "Named by hand")).Conversation.Pinned.ShouldBeTrue();
        await Graph.Second.Conversations.UpdateAsync(new UpdateConversationRequest { Id = id, Folder = "Work" }, Me);
        await UntilAsync(call, change => change.Everything);
        await Graph.Second.Conversations.DeleteAsync(new DeleteConversationRequest { Id = id }, Me);
        await UntilAsync(call, change => change.DeletedId == id);
    }

    [Test]
    public async Task A_turn_is_heard_of_when_it_begins_and_when_it_ends()
    {
        using var call = Graph.Second.Conversations.Watch(new WatchRequest(), Me);
        await NextAsync(call);
        var running = RunAsync("a slow one tokens=2000 delay=25");
        var begun = await UntilAsync(call, change => change.Conversation?.RunningTurnId.Length > 0);
        await Graph.First.Turns.StopAsync(new StopTurnRequest { TurnId = begun.Conversation.RunningTurnId }, Me);
        var seen = await running;
        begun.Conversation.RunningTurnId.ShouldBe(seen.TurnId);
        await UntilAsync(call, change => change.Conversation is { RunningTurnId: "" });
    }

    [Test]
    public async Task Nobody_hears_of_another_user_s_conversations()
    {
        using var call = Graph.First.Conversations.Watch(new WatchRequest(), As("stranger-" + User));
        await NextAsync(call);
        await Graph.First.Conversations.CreateAsync(new CreateConversationRequest { Title = "mine" }, Me);
        var own = await Graph.First.Conversations.CreateAsync(new CreateConversationRequest { Title = "theirs" }, As("stranger-" + User));

        (await NextAsync(call)).Conversation.Id.ShouldBe(own.Id, "the first that it hears of is its own");
    }

    [Test]
    public async Task No_user_can_open_streams_without_end_and_closed_ones_make_room()
    {
        var calls = Enumerable.Range(0, 100).Select(_ => Graph.First.Conversations.Watch(new WatchRequest(), Me)).ToList();
        foreach (var call in calls)
            await NextAsync(call);
        using (var beyond = Graph.First.Conversations.Watch(new WatchRequest(), Me))
            (await OpensAsync(beyond)).ShouldBeFalse();

        foreach (var call in calls)
            call.Dispose();
        await Eventually.BecomesAsync(
            async () =>
            {
                using var call = Graph.First.Conversations.Watch(new WatchRequest(), Me);
                return await OpensAsync(call);
            },
            opened => opened);
    }

    private static async Task<bool> OpensAsync(AsyncServerStreamingCall<ConversationEvent> call)
    {
        try
        {
            return await call.ResponseStream.MoveNext(CancellationToken.None);
        }
        catch (RpcException refused) when (refused.StatusCode == StatusCode.Unavailable)
        {
            return false;
        }
    }

    private static async Task<ConversationEvent> NextAsync(AsyncServerStreamingCall<ConversationEvent> call) => await UntilAsync(call, _ => true);

    private static async Task<ConversationEvent> UntilAsync(AsyncServerStreamingCall<ConversationEvent> call, Func<ConversationEvent, bool> wanted)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (await call.ResponseStream.MoveNext(patience.Token))
        {
            if (wanted(call.ResponseStream.Current))
                return call.ResponseStream.Current;
        }

        throw new AssertionException("The stream of changes ended.");
    }
}
