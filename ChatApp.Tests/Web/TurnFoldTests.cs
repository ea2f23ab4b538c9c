using ChatApp.Web.Api;
using ChatApp.Web.Turns;

namespace ChatApp.Tests.Web;

internal sealed class TurnFoldTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    [Test]
    public void Events_build_the_answer_of_a_message_that_was_sent()
    {
        var view = new ConversationTree();
        var fold = view.Send("r1", null, "Hi", Now);
        view.Path.Select(node => node.Status).ShouldBe([MessageStatus.Pending, MessageStatus.Pending]);

        Apply(fold, Started(1), new TurnEvent.TextDelta("Hel") { Number = 2 }, new TurnEvent.TextDelta("lo") { Number = 3 }, Ended(4));

        view.Id.ShouldBe("conv_1");
        view.Path.Select(node => (node.Id, node.Text, node.Status)).ShouldBe(
            [("msg_1", "Hi", MessageStatus.Completed), ("msg_2", "Hello", MessageStatus.Completed)]);
        fold.Ended.ShouldBeTrue();
    }

    [Test]
    public void An_event_that_comes_twice_changes_nothing()
    {
        var view = new ConversationTree();
        var fold = view.Send("r1", null, "Hi", Now);
        Apply(fold, Started(1), new TurnEvent.TextDelta("Hello") { Number = 2 }, new TurnEvent.TextDelta("Hello") { Number = 2 }, Started(1));
        view.Leaf!.Text.ShouldBe("Hello");
        fold.LastNumber.ShouldBe(2);
    }

    [Test]
    public void A_missing_event_is_noticed_before_it_can_be_lost()
    {
        var fold = new ConversationTree().Send("r1", null, "Hi", Now);
        Apply(fold, Started(1));
        Should.Throw<InvalidOperationException>(() => fold.Apply(new TurnEvent.TextDelta("later") { Number = 3 }));
        fold.LastNumber.ShouldBe(1);
    }

    [Test]
    public void Text_that_was_stored_stays_in_sight_while_a_replay_catches_up()
    {
        var view = ConversationTree.From(Detail("turn_1", Message("msg_1", null, 1, "user", "Hi"), Message("msg_2", "msg_1", 2, "assistant", "Hello wor", "Streaming")));
        var fold = view.Watch("turn_1");
        Apply(fold, Started(1), new TurnEvent.TextDelta("Hello") { Number = 2 });
        view.Leaf!.Text.ShouldBe("Hello wor");
        Apply(fold, new TurnEvent.TextDelta(" world") { Number = 3 });
        view.Leaf!.Text.ShouldBe("Hello world");
    }

    [Test]
    public void A_page_that_only_watches_gets_both_messages_of_the_turn()
    {
        var view = ConversationTree.From(Detail(null));
        Apply(view.Watch("turn_1"), Started(1), new TurnEvent.TextDelta("Hello") { Number = 2 });
        view.Path.Select(node => (node.Id, node.Role)).ShouldBe([("msg_1", "user"), ("msg_2", "assistant")]);
    }

    [Test]
    public void What_was_stored_and_what_was_sent_become_one_message()
    {
        var view = ConversationTree.From(Detail(null));
        var fold = view.Send("r1", null, "Hi", Now);
        view.Merge(Detail("turn_1", Message("msg_1", null, 1, "user", "Hi"), Message("msg_2", "msg_1", 2, "assistant", "", "Streaming")));
        Apply(fold, Started(1), new TurnEvent.TextDelta("Hello") { Number = 2 });
        view.Path.Select(node => node.Id).ShouldBe(["msg_1", "msg_2"]);
        view.Alternatives(view.Path[0]).Count.ShouldBe(1);
        view.Alternatives(view.Path[1]).Count.ShouldBe(1);
    }

    [Test]
    public void Another_answer_stands_beside_the_first_and_one_moves_between_them()
    {
        var view = ConversationTree.From(Detail(null, Message("msg_1", null, 1, "user", "Hi"), Message("msg_2", "msg_1", 2, "assistant", "First")));
        var fold = view.Answer("r2", view.Path[0], Now);
        Apply(fold, new TurnEvent.Started { Number = 1, TurnId = "turn_2", ConversationId = "conv_1", UserMessageId = "msg_1", AssistantMessageId = "msg_3" },
            new TurnEvent.TextDelta("Second") { Number = 2 });
        view.Alternatives(view.Leaf!).Select(node => node.Text).ShouldBe(["First", "Second"]);
        view.Show(view.Find("msg_2")!);
        view.Path.Select(node => node.Text).ShouldBe(["Hi", "First"]);
    }

    [Test]
    public void A_branch_is_shown_down_to_its_newest_message()
    {
        var view = ConversationTree.From(Detail(null,
            Message("msg_1", null, 1, "user", "a"), Message("msg_2", "msg_1", 2, "assistant", "b"), Message("msg_3", "msg_2", 3, "user", "c"),
            Message("msg_4", null, 4, "user", "other"), Message("msg_5", "msg_4", 5, "assistant", "answer")));
        view.Path.Select(node => node.Id).ShouldBe(["msg_4", "msg_5"]);
        view.Show(view.Find("msg_1")!).Id.ShouldBe("msg_3");
        view.Path.Select(node => node.Id).ShouldBe(["msg_1", "msg_2", "msg_3"]);
    }

    [Test]
    public void A_continued_answer_keeps_its_text_and_grows_at_its_end()
    {
        var view = ConversationTree.From(Detail(null, Message("msg_1", null, 1, "user", "Hi"), Message("msg_2", "msg_1", 2, "assistant", "Once", "Stopped")));
        var fold = view.Continue(view.Leaf!);
        view.Leaf!.Text.ShouldBe("Once");
        Apply(fold, Started(1) with { InitialText = "Once" }, new TurnEvent.TextDelta(" upon") { Number = 2 });
        view.Path.Count.ShouldBe(2);
        view.Leaf!.Text.ShouldBe("Once upon");
    }

    [Test]
    public void Tool_calls_reasoning_and_notices_are_parts_of_the_answer()
    {
        var view = new ConversationTree();
        var fold = view.Send("r1", null, "Hi", Now);
        Apply(fold, Started(1),
            new TurnEvent.Notice { Number = 2, Code = "queue" },
            new TurnEvent.ReasoningDelta("Let me see") { Number = 3 },
            new TurnEvent.ToolCall { Number = 4, Id = "c1", Name = "search" },
            new TurnEvent.ToolResult { Number = 5, Id = "c1", Content = "3 hits", DurationMs = 1500 },
            new TurnEvent.Unknown { Number = 6 },
            new TurnEvent.ReasoningDelta("Three") { Number = 7 },
            new TurnEvent.ReasoningDelta(" hits.") { Number = 8 },
            new TurnEvent.TextDelta("There are three.") { Number = 9 });
        var answer = view.Leaf!;
        answer.Parts.Select(part => part.Thought ?? part.Tool?.Name ?? part.Text).ShouldBe(["Let me see", "search", "Three hits.", "There are three."]);
        answer.Tools.Single().ShouldBe(new ToolStep("c1", "search", "") { Result = "3 hits", Duration = TimeSpan.FromSeconds(1.5) });
        answer.Notices.Single().Code.ShouldBe("queue");
    }

    [Test]
    public void A_message_that_never_arrived_can_be_taken_out_again()
    {
        var view = ConversationTree.From(Detail(null, Message("msg_1", null, 1, "user", "Hi"), Message("msg_2", "msg_1", 2, "assistant", "Hello")));
        var fold = view.Send("r1", "msg_2", "More", Now);
        fold.Fail(new TurnError(Message: "away"));
        view.Discard(fold.User!);
        view.Path.Select(node => node.Id).ShouldBe(["msg_1", "msg_2"]);
    }

    [Test]
    public void A_stored_cycle_does_not_hold_the_page()
    {
        var view = ConversationTree.From(Detail(null, Message("msg_1", "msg_2", 1, "user", "a")));
        view.Path.Count.ShouldBe(1);
    }

    [TestCase("text", "{\"text\":\"abc\"}", typeof(TurnEvent.TextDelta))]
    [TestCase("reasoning", "{\"text\":\"abc\"}", typeof(TurnEvent.ReasoningDelta))]
    [TestCase("tool_call", "{\"id\":\"1\",\"name\":\"n\",\"arguments_json\":\"{}\"}", typeof(TurnEvent.ToolCall))]
    [TestCase("ended", "{\"status\":\"Completed\",\"usage\":{\"input_tokens\":3},\"error\":null}", typeof(TurnEvent.Ended))]
    [TestCase("a_kind_of_tomorrow", "{}", typeof(TurnEvent.Unknown))]
    public void Frames_are_read_by_their_type(string type, string data, Type expected)
    {
        var turnEvent = TurnEventReader.Read(type, "7", data).ShouldNotBeNull();
        turnEvent.ShouldBeOfType(expected);
        turnEvent.Number.ShouldBe(7);
    }

    [Test]
    public void A_frame_that_cannot_be_read_says_which_it_was() =>
        Should.Throw<ApiException>(() => TurnEventReader.Read("started", "3", "{\"turn_id\":")).Message.ShouldContain("Event 3");

    [Test]
    public void An_error_frame_is_the_servers_own_message() =>
        Should.Throw<ApiException>(() => TurnEventReader.Read("error", null, "{\"error\":{\"message\":\"The model is away.\"}}")).Message.ShouldBe("The model is away.");

    private static void Apply(TurnFold fold, params TurnEvent[] events)
    {
        foreach (var turnEvent in events)
            fold.Apply(turnEvent);
    }

    private static TurnEvent.Started Started(long number) => new()
    {
        Number = number,
        TurnId = "turn_1",
        ConversationId = "conv_1",
        UserMessageId = "msg_1",
        AssistantMessageId = "msg_2",
        Model = "small",
    };

    private static TurnEvent.Ended Ended(long number) => new() { Number = number, Status = "Completed", FinishReason = "stop" };

    private static ConversationDetail Detail(string? running, params StoredMessage[] messages) =>
        new(new ConversationSummary { Id = "conv_1", RunningTurnId = running }, messages);

    private static StoredMessage Message(string id, string? parent, long seq, string role, string text, string status = "Completed") =>
        new() { Id = id, ParentId = parent, Seq = seq, Role = role, Text = text, Status = status };
}
