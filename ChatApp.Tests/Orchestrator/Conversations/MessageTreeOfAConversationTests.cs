using ChatApp.Orchestrator.V1;
using ChatApp.Tests.Orchestrator.Graph;
using ChatApp.Tests.Orchestrator.Upstreams;
using Grpc.Core;

namespace ChatApp.Tests.Orchestrator.Conversations;

public sealed class MessageTreeOfAConversationTests : GraphTest
{
    [Test]
    public async Task Answering_again_makes_a_sibling_and_either_branch_can_be_continued()
    {
        var first = await RunAsync("question tokens=3");
        var again = await RunAsync(new RunTurnRequest
        {
            ConversationId = first.Started.ConversationId,
            ParentId = first.Started.UserMessageId,
            Regenerate = true,
        });
        again.Started.UserMessageId.ShouldBe(first.Started.UserMessageId);
        again.Started.AssistantMessageId.ShouldNotBe(first.Started.AssistantMessageId);
        (await GetAsync(first.Started.ConversationId)).Conversation.CurrentMessageId.ShouldBe(again.Started.AssistantMessageId);

        await Graph.First.Conversations.UpdateAsync(
            new UpdateConversationRequest { Id = first.Started.ConversationId, CurrentMessageId = first.Started.AssistantMessageId }, Me);
        var onFirst = await RunAsync("on the first branch tokens=3", first.Started.ConversationId);

        onFirst.Started.ParentId.ShouldBe(first.Started.AssistantMessageId);
        var tree = await GetAsync(first.Started.ConversationId);
        tree.Messages.Select(m => m.Seq).ShouldBe([1, 2, 3, 4, 5]);
        tree.Messages.Count(m => m.ParentId == first.Started.UserMessageId).ShouldBe(2);
    }

    [Test]
    public async Task Editing_a_message_branches_from_its_parent()
    {
        var first = await RunAsync("one tokens=3");
        var second = await RunAsync("two tokens=3", first.Started.ConversationId);

        var edited = await RunAsync(new RunTurnRequest
        {
            ConversationId = first.Started.ConversationId,
            ParentId = second.Started.ParentId,
            Branch = true,
            Content = "two, edited tokens=3",
        });
        var restarted = await RunAsync(new RunTurnRequest { ConversationId = first.Started.ConversationId, Branch = true, Content = "one, edited" });

        edited.Started.ParentId.ShouldBe(first.Started.AssistantMessageId);
        restarted.Started.ParentId.ShouldBeEmpty();
        var request = Graph.Model.Requests.Last(r => r.GetRawText().Contains("two, edited", StringComparison.Ordinal) && !r.GetRawText().Contains("one, edited", StringComparison.Ordinal));
        request.GetRawText().ShouldNotContain("\"two tokens=3\"");
    }

    [Test]
    public async Task A_path_that_moved_on_refuses_an_append_and_names_the_newer_message()
    {
        var first = await RunAsync("one tokens=3");
        var second = await RunAsync("two tokens=3", first.Started.ConversationId);

        var refused = await RefusalAsync(() => RunAsync(new RunTurnRequest
        {
            ConversationId = first.Started.ConversationId,
            ParentId = first.Started.AssistantMessageId,
            Content = "stale",
        }));

        refused.StatusCode.ShouldBe(StatusCode.Aborted);
        refused.Trailers.GetValue("x-chatapp-newer-message").ShouldBe(second.Started.AssistantMessageId);
        (await GetAsync(first.Started.ConversationId)).Messages.Count.ShouldBe(4);
    }

    [Test]
    public async Task A_stopped_answer_is_continued_in_the_same_message()
    {
        const string Content = "tokens=60 delay=20";
        ViewedTurn begun;
        using (var run = Graph.First.Turns.Run(new RunTurnRequest { Content = Content }, Me))
            begun = await new ViewedTurn().FollowAsync(run, seen => seen.Last == 6);
        await Graph.First.Turns.StopAsync(new StopTurnRequest { TurnId = begun.TurnId }, Me);
        await begun.FollowAsync(Graph.First.Turns.Resume(new ResumeTurnRequest { TurnId = begun.TurnId, After = begun.Last }, Me));

        var continued = await RunAsync(new RunTurnRequest
        {
            ConversationId = begun.Started.ConversationId,
            ParentId = begun.Started.AssistantMessageId,
            ContinueMessage = true,
        });

        continued.Started.InitialText.ShouldBe(begun.Text);
        continued.Started.AssistantMessageId.ShouldBe(begun.Started.AssistantMessageId);
        continued.Text.ShouldBe(ScriptedModel.AnswerTo(Content));
        (await GetAsync(begun.Started.ConversationId)).Messages[1].Text.ShouldBe(continued.Text);
        (await RunAsync("next tokens=3", begun.Started.ConversationId)).Ended!.Status.ShouldBe("Completed");
        Graph.Model.Requests.Last(r => r.GetRawText().Contains("next tokens=3", StringComparison.Ordinal)).GetProperty("messages")
            .EnumerateArray().ShouldContain(m => m.GetProperty("content").GetString() == continued.Text, "the context kept hot is the continued one");
    }

    [Test]
    public async Task While_an_answer_is_written_a_second_one_is_refused_and_told_which_is_running()
    {
        using var run = Graph.First.Turns.Run(new RunTurnRequest { Content = "tokens=400 delay=10" }, Me);
        var begun = await new ViewedTurn().FollowAsync(run, seen => seen.Last == 2);

        var refused = await RefusalAsync(() => RunAsync("impatient", begun.Started.ConversationId, Graph.Second));

        refused.StatusCode.ShouldBe(StatusCode.Aborted);
        refused.Trailers.GetValue("x-chatapp-running-turn").ShouldBe(begun.TurnId);
        (await GetAsync(begun.Started.ConversationId)).Conversation.RunningTurnId.ShouldBe(begun.TurnId);
        await Graph.First.Turns.StopAsync(new StopTurnRequest { TurnId = begun.TurnId }, Me);
    }

    [Test]
    public async Task Tabs_that_append_at_once_through_different_replicas_lose_and_fork_nothing()
    {
        var rounds = int.TryParse(Environment.GetEnvironmentVariable("CHATAPP_TEST_APPENDS"), out var asked) ? asked : 80;
        var conversation = await Graph.First.Conversations.CreateAsync(new CreateConversationRequest { Title = "tabs" }, Me);
        var left = rounds;
        async Task TabAsync(int tab)
        {
            var replica = tab % 2 == 0 ? Graph.First : Graph.Second;
            var parent = "";
            while (Interlocked.Decrement(ref left) is >= 0 and var number)
            {
                while (true)
                {
                    try
                    {
                        var request = new RunTurnRequest { ConversationId = conversation.Id, ParentId = parent, Content = $"append {number} tokens=1", RequestId = $"{User}-{number}" };
                        var seen = await new ViewedTurn().FollowAsync(replica.Turns.Run(request, Me));
                        parent = seen.Started.AssistantMessageId;
                        break;
                    }
                    catch (RpcException refused) when (refused.StatusCode == StatusCode.Aborted)
                    {
                        parent = refused.Trailers.GetValue("x-chatapp-newer-message") ?? "";
                    }
                }
            }
        }

        await Task.WhenAll(Enumerable.Range(0, 8).Select(TabAsync));

        var messages = (await GetAsync(conversation.Id)).Messages;
        messages.Select(m => m.Seq).ShouldBe(Enumerable.Range(1, rounds * 2).Select(seq => (long)seq));
        messages.Skip(1).Select(m => m.ParentId).ShouldBe(messages.SkipLast(1).Select(m => m.Id), "one unbroken path");
        messages.Where(m => m.Role == "user").Select(m => m.Text).Distinct().Count().ShouldBe(rounds);
    }
}
