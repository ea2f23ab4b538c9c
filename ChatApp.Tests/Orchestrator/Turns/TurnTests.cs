using ChatApp.Orchestrator.V1;
using ChatApp.Tests.Orchestrator.Graph;
using ChatApp.Tests.Orchestrator.Upstreams;
using Grpc.Core;

namespace ChatApp.Tests.Orchestrator.Turns;

public sealed class TurnTests : GraphTest
{
    [Test]
    public async Task A_turn_streams_its_answer_and_stores_it()
    {
        var seen = await new ViewedTurn().FollowAsync(Graph.First.Turns.Run(new RunTurnRequest { Content = "hello tokens=20" }, Me));

        seen.Ended.ShouldNotBeNull().Status.ShouldBe("Completed");
        seen.Ended.FinishReason.ShouldBe("stop");
        seen.Ended.Usage.OutputTokens.ShouldBe(20);
        seen.Text.ShouldBe(ScriptedModel.AnswerTo("hello tokens=20"));
        var stored = await Graph.First.Conversations.GetAsync(new GetConversationRequest { Id = seen.Started.ConversationId }, Me);
        stored.Messages.Select(m => (m.Role, m.Text, m.Status, m.Seq)).ShouldBe(
            [("user", "hello tokens=20", "Completed", 1L), ("assistant", seen.Text, "Completed", 2L)]);
        stored.Conversation.RunningTurnId.ShouldBeEmpty();
    }

    [Test]
    public async Task Question_and_empty_answer_are_stored_before_the_model_says_anything()
    {
        using var run = Graph.First.Turns.Run(new RunTurnRequest { Content = "prefill=60000 tokens=2" }, Me);
        var begun = await new ViewedTurn().FollowAsync(run, seen => seen.Last == 1);

        var stored = await Graph.Second.Conversations.GetAsync(new GetConversationRequest { Id = begun.Started.ConversationId }, Me);

        stored.Messages.Select(m => (m.Id, m.Text, m.Status)).ShouldBe(
            [(begun.Started.UserMessageId, "prefill=60000 tokens=2", "Completed"), (begun.Started.AssistantMessageId, "", "Streaming")]);
        stored.Conversation.RunningTurnId.ShouldBe(begun.TurnId);
        await Graph.Second.Turns.StopAsync(new StopTurnRequest { TurnId = begun.TurnId }, Me);
        await Eventually.BecomesAsync(() => Task.FromResult(Graph.Model.Requests.Count), _ => Graph.Model.Active == 0);
    }

    [Test]
    public async Task Earlier_messages_reach_the_prompt_of_the_next_turn()
    {
        var first = await new ViewedTurn().FollowAsync(Graph.First.Turns.Run(new RunTurnRequest { Content = "first tokens=3" }, Me));
        var second = await new ViewedTurn().FollowAsync(Graph.Second.Turns.Run(
            new RunTurnRequest { Content = $"second {User}", ConversationId = first.Started.ConversationId }, Me));

        second.Started.ParentId.ShouldBe(first.Started.AssistantMessageId);
        var request = Graph.Model.Requests.Last(r => r.GetRawText().Contains(User, StringComparison.Ordinal));
        request.GetProperty("messages").EnumerateArray().Select(m => m.GetProperty("content").GetString())
            .TakeLast(3).ShouldBe(["first tokens=3", first.Text, $"second {User}"]);
    }

    [Test]
    public async Task Another_replica_tails_the_same_log_from_any_event_on()
    {
        using var run = Graph.First.Turns.Run(new RunTurnRequest { Content = "tokens=60 delay=10" }, Me);
        var begun = await new ViewedTurn().FollowAsync(run, seen => seen.Last >= 5);

        var elsewhere = new ViewedTurn();
        elsewhere.Events.AddRange(begun.Events);
        await elsewhere.FollowAsync(Graph.Second.Turns.Resume(
            new ResumeTurnRequest { TurnId = begun.TurnId, After = begun.Last }, Me));

        elsewhere.Text.ShouldBe(ScriptedModel.AnswerTo("tokens=60 delay=10"));
        elsewhere.Ended.ShouldNotBeNull();
        var replayed = await new ViewedTurn().FollowAsync(Graph.First.Turns.Resume(new ResumeTurnRequest { TurnId = begun.TurnId }, Me));
        replayed.Events.ShouldBe(elsewhere.Events);
    }

    [Test]
    public async Task A_viewer_that_leaves_does_not_end_the_turn()
    {
        ViewedTurn begun;
        using (var run = Graph.First.Turns.Run(new RunTurnRequest { Content = "tokens=40 delay=10" }, Me))
            begun = await new ViewedTurn().FollowAsync(run, seen => seen.Last >= 3);

        var replayed = await new ViewedTurn().FollowAsync(Graph.First.Turns.Resume(new ResumeTurnRequest { TurnId = begun.TurnId }, Me));

        replayed.Ended.ShouldNotBeNull().Status.ShouldBe("Completed");
    }

    [Test]
    public async Task Stop_through_another_replica_ends_generation_and_keeps_the_text()
    {
        using var run = Graph.First.Turns.Run(new RunTurnRequest { Content = "tokens=2000 delay=10" }, Me);
        var seen = new ViewedTurn();
        var following = seen.FollowAsync(run, s => s.Last == 5);
        await following;
        await Graph.Second.Turns.StopAsync(new StopTurnRequest { TurnId = seen.TurnId }, Me);

        await seen.FollowAsync(Graph.Second.Turns.Resume(new ResumeTurnRequest { TurnId = seen.TurnId, After = seen.Last }, Me));

        seen.Ended.ShouldNotBeNull().Status.ShouldBe("Stopped");
        seen.Text.Length.ShouldBeGreaterThan(0);
        ScriptedModel.AnswerTo("tokens=2000 delay=10").ShouldStartWith(seen.Text);
        var stored = await Graph.First.Conversations.GetAsync(new GetConversationRequest { Id = seen.Started.ConversationId }, Me);
        stored.Messages[1].Text.ShouldBe(seen.Text);
        stored.Messages[1].Status.ShouldBe("Stopped");
    }

    [Test]
    public async Task A_retry_with_the_same_request_id_attaches_to_the_first_turn()
    {
        var request = new RunTurnRequest { Content = "tokens=30 delay=10", RequestId = "once" };
        var both = await Task.WhenAll(
            new ViewedTurn().FollowAsync(Graph.First.Turns.Run(request, Me)),
            new ViewedTurn().FollowAsync(Graph.Second.Turns.Run(request, Me)));
        var replay = await new ViewedTurn().FollowAsync(Graph.Second.Turns.Run(request, Me));

        both[0].Events.ShouldBe(both[1].Events);
        replay.Events.ShouldBe(both[0].Events);
        (await CountAsync("SELECT count(*) FROM chat.usage_events WHERE user_id = @user AND purpose = 'turn'")).ShouldBe(1);
        (await CountAsync("SELECT count(*) FROM chat.messages WHERE user_id = @user")).ShouldBe(2);
    }

    [Test]
    public async Task Other_content_under_a_used_request_id_is_refused()
    {
        await new ViewedTurn().FollowAsync(Graph.First.Turns.Run(new RunTurnRequest { Content = "one", RequestId = "id" }, Me));

        var refused = await Should.ThrowAsync<RpcException>(() =>
            new ViewedTurn().FollowAsync(Graph.Second.Turns.Run(new RunTurnRequest { Content = "two", RequestId = "id" }, Me)));

        refused.StatusCode.ShouldBe(StatusCode.AlreadyExists);
    }

    [Test]
    public async Task A_generation_that_breaks_off_is_continued_from_the_draft()
    {
        var content = $"tokens=50 delay=2 die=7 deaths=2 {User}";

        var seen = await new ViewedTurn().FollowAsync(Graph.First.Turns.Run(new RunTurnRequest { Content = content }, Me));

        seen.Ended.ShouldNotBeNull().Status.ShouldBe("Completed");
        seen.Text.ShouldBe(ScriptedModel.AnswerTo(content));
        seen.Events.ShouldContain(e => e.Notice != null && e.Notice.Code == "retry");
    }

    [Test]
    public async Task A_model_that_refuses_the_request_fails_the_turn_with_its_own_words()
    {
        var seen = await new ViewedTurn().FollowAsync(Graph.First.Turns.Run(new RunTurnRequest { Content = "status=400" }, Me));

        seen.Ended.ShouldNotBeNull().Status.ShouldBe("Failed");
        seen.Ended.Error.Message.ShouldBe("scripted 400");
    }

    [Test]
    public async Task The_death_of_a_replica_is_a_pause_and_no_loss()
    {
        var content = $"tokens=300 delay=10 {User}";
        var seen = await new ViewedTurn().FollowAsync(Graph.First.Turns.Run(new RunTurnRequest { Content = content }, Me), s => s.Last >= 20);
        await Graph.First.KillAsync();
        try
        {
            await seen.FollowAsync(Graph.Second.Turns.Resume(new ResumeTurnRequest { TurnId = seen.TurnId, After = seen.Last }, Me));

            seen.Ended.ShouldNotBeNull().Status.ShouldBe("Completed");
            seen.Text.ShouldBe(ScriptedModel.AnswerTo(content));
            (await CountAsync("SELECT count(*) FROM chat.usage_events WHERE user_id = @user AND purpose = 'turn'")).ShouldBe(1);
        }
        finally
        {
            await Graph.First.StartAsync();
        }
    }

    private Task<long> CountAsync(string sql) => Graph.ScalarAsync<long>(sql, new { user = User });
}
