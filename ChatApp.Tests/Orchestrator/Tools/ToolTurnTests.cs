using System.Text.Json;
using ChatApp.Orchestrator.V1;
using ChatApp.Tests.Orchestrator.Graph;
using ChatApp.Tests.Orchestrator.Upstreams;
using Grpc.Core;

namespace ChatApp.Tests.Orchestrator.Tools;

/// <summary>Tools inside a turn, called by the scripted model.</summary>
public sealed class ToolTurnTests : GraphTest
{
    private const string Sum = """tool=calculate arg={"expression":"40+#"}""";

    [Test]
    public async Task A_call_is_run_shown_stored_and_given_to_the_model()
    {
        var content = $"rounds=1 before=3 {Sum} tokens=8 {User}";

        var seen = await CallAsync(content, "calculate");

        seen.Ended.ShouldNotBeNull().Status.ShouldBe("Completed");
        seen.Text.ShouldBe("b1.1 b1.2 b1.3 \n\n" + ScriptedModel.AnswerTo(content));
        var call = seen.Events.Single(e => e.ToolCall != null).ToolCall;
        (call.Name, call.ArgumentsJson, call.Round).ShouldBe(("calculate", """{"expression":"40+1"}""", 1));
        var result = seen.Events.Single(e => e.ToolResult != null).ToolResult;
        (result.Id, result.Content, result.Failed, result.Status).ShouldBe((call.Id, "41", false, "succeeded"));
        var followUp = LastRequest().GetProperty("messages").EnumerateArray().TakeLast(2).ToArray();
        followUp[0].GetProperty("tool_calls")[0].GetProperty("function").GetProperty("arguments").GetString().ShouldBe("""{"expression":"40+1"}""");
        followUp[0].GetProperty("content").GetString().ShouldBe("b1.1 b1.2 b1.3");
        followUp[1].GetProperty("role").GetString().ShouldBe("tool");
        followUp[1].GetProperty("content").GetString().ShouldBe("41");
        (await Graph.ScalarAsync<long>("SELECT count(*) FROM chat.tool_calls WHERE user_id = @User AND status = 'succeeded' AND result = '41'", new { User })).ShouldBe(1);
        (await Graph.ScalarAsync<long>("SELECT count(*) FROM chat.usage_events WHERE user_id = @User AND purpose = 'turn'", new { User })).ShouldBe(1);
    }

    [Test]
    public async Task The_stored_message_and_the_receipt_tell_the_steps()
    {
        var seen = await CallAsync($"rounds=1 before=2 {Sum} tokens=4 {User}", "calculate");

        var stored = (await GetAsync(seen.Started.ConversationId)).Messages[1];
        stored.Text.ShouldBe(seen.Text);
        var parts = JsonDocument.Parse(stored.ContentJson).RootElement.GetProperty("parts").EnumerateArray().ToArray();
        parts.Select(part => part.GetProperty("type").GetString()).ShouldBe(["text", "tool_call", "text"]);
        parts[1].GetProperty("name").GetString().ShouldBe("calculate");
        parts[1].GetProperty("result").GetString().ShouldBe("41");
        parts[1].GetProperty("failed").GetBoolean().ShouldBeFalse();
        string.Concat(parts.Where(part => part.TryGetProperty("text", out _)).Select(part => part.GetProperty("text").GetString())).ShouldBe(seen.Text);
        var receipt = JsonDocument.Parse((await Graph.Second.Turns.GetReceiptAsync(new GetReceiptRequest { TurnId = seen.TurnId }, Me)).Json).RootElement;
        var tool = receipt.GetProperty("tools")[0];
        tool.GetProperty("name").GetString().ShouldBe("calculate");
        tool.GetProperty("arguments").GetString().ShouldBe("""{"expression":"40+1"}""");
        tool.GetProperty("status").GetString().ShouldBe("succeeded");
        tool.GetProperty("ms").GetInt64().ShouldBeGreaterThanOrEqualTo(0);
        receipt.GetProperty("generations").GetInt32().ShouldBe(2);
    }

    [Test]
    public async Task Where_the_time_went_is_told_for_a_model_that_does_not_tell_it_itself()
    {
        var seen = await CallAsync($"rounds=2 {Sum} tokens=6 delay=5 {User}", "calculate");

        var (timings, parts) = (seen.Ended!.Timings, seen.Ended.Timings.Parts);
        parts.ModelFirstTokenMs.ShouldBeGreaterThan(0);
        parts.ModelRestMs.ShouldBeGreaterThan(0);
        parts.PromptMs.ShouldBeGreaterThan(0);
        parts.ToolsMs.ShouldBeGreaterThan(0, "two rounds were run, and recorded in the database");
        (parts.QueueMs, parts.PrefillMs, parts.DecodeMs, parts.RetrievalMs, parts.Partial).ShouldBe((0, 0, 0, 0, false));
        (parts.ModelFirstTokenMs + parts.ModelRestMs + parts.PromptMs + parts.ToolsMs).ShouldBeLessThanOrEqualTo(timings.TotalMs);
    }

    [Test]
    public async Task Several_rounds_of_parallel_calls_keep_their_order()
    {
        var content = $"rounds=3 calls=2 {Sum} tokens=5 {User}";

        var seen = await CallAsync(content, "calculate");

        seen.Text.ShouldBe(ScriptedModel.AnswerTo(content));
        seen.Events.Where(e => e.ToolCall != null).Select(e => (e.ToolCall.Round, e.ToolCall.ArgumentsJson)).ShouldBe(
        [
            (1, """{"expression":"40+1"}"""), (1, """{"expression":"40+2"}"""), (2, """{"expression":"40+2"}"""), (2, """{"expression":"40+3"}"""),
            (3, """{"expression":"40+3"}"""), (3, """{"expression":"40+4"}"""),
        ]);
        LastRequest().GetProperty("messages").EnumerateArray().Where(m => m.GetProperty("role").GetString() == "tool").Select(m => m.GetProperty("content").GetString())
            .ShouldBe(["41", "42", "42", "43", "43", "44"]);
    }

    [Test]
    public async Task Results_are_in_the_context_of_later_turns()
    {
        var first = await CallAsync($"rounds=1 {Sum} tokens=4 {User}", "calculate");

        await RunAsync($"and then? {User}", first.Started.ConversationId, Graph.Second);

        var messages = LastRequest().GetProperty("messages").EnumerateArray().ToArray();
        messages.Select(m => m.GetProperty("role").GetString()).TakeLast(5).ShouldBe(["user", "assistant", "tool", "assistant", "user"]);
        messages[^3].GetProperty("content").GetString().ShouldBe("41");
        messages[^2].GetProperty("content").GetString().ShouldBe(first.Text);
    }

    [Test]
    public async Task A_model_that_never_stops_calling_has_to_answer_after_ten_rounds()
    {
        var content = $"rounds=1000 {Sum} tokens=6 {User}";

        var seen = await CallAsync(content, "calculate");

        seen.Ended.ShouldNotBeNull().Status.ShouldBe("Completed");
        seen.Events.Count(e => e.ToolCall != null).ShouldBe(10);
        seen.Events.ShouldContain(e => e.Notice != null && e.Notice.Code == "tool_limit");
        seen.Text.ShouldBe(ScriptedModel.AnswerTo(content));
        LastRequest().GetProperty("tool_choice").GetString().ShouldBe("none");
    }

    [TestCase("""tool=calculate arg={"expression":5}""", "Error: 'expression' must be a string.")]
    [TestCase("""tool=calculate arg={"formula":"1"}""", "Error: 'expression' is missing.")]
    [TestCase("""tool=calculate arg={"expression""", "Error: the arguments are not valid JSON.")]
    [TestCase("""tool=calculate arg={"expression":"1/0"}""", "Error: division by zero.")]
    [TestCase("""tool=delete_everything arg={}""", "Error: there is no tool 'delete_everything'; there are: calculate, slow, broken, moved.")]
    [TestCase("""tool=order arg={"id":"1"}""", "Error: there is no tool 'order'; there are: calculate, slow, broken, moved.")]
    [TestCase("""tool=slow arg={"id":"1"}""", "Error: the tool took longer than 0.3 s and was given up.")]
    [TestCase("""tool=broken arg={"id":"1"}""", "Error: the tool's server answered with status 500.")]
    [TestCase("""tool=moved arg={"id":"1"}""", "Error: the tool's server answered with status 307.")]
    public async Task A_call_that_fails_is_told_to_the_model_and_does_not_end_the_turn(string call, string expected)
    {
        var content = $"rounds=1 {call} tokens=4 {User}";

        var seen = await CallAsync(content, "calculate", "slow", "broken", "moved");

        seen.Ended.ShouldNotBeNull().Status.ShouldBe("Completed");
        var result = seen.Events.Single(e => e.ToolResult != null).ToolResult;
        (result.Content, result.Failed, result.Status).ShouldBe((expected, true, "failed"));
        seen.Text.ShouldBe(ScriptedModel.AnswerTo(content));
    }

    [Test]
    public async Task A_long_result_is_cut_off_and_says_so()
    {
        var seen = await CallAsync($$"""rounds=1 tool=chatty arg={"id":"1"} tokens=4 {{User}}""", "chatty");

        seen.Ended.ShouldNotBeNull().Status.ShouldBe("Completed");
        var result = seen.Events.Single(e => e.ToolResult != null).ToolResult.Content;
        result.Length.ShouldBeLessThan(4100);
        result.ShouldEndWith("[The rest of the result was cut off.]");
    }

    [Test]
    public async Task A_server_that_dies_within_a_call_is_asked_again_and_the_tool_runs_once()
    {
        var content = $$"""rounds=1 before=3 diecall=1 tool=order arg={"id":"{{User}}"} tokens=4""";

        var seen = await CallAsync(content, "order");

        seen.Ended.ShouldNotBeNull().Status.ShouldBe("Completed");
        seen.Text.ShouldBe("b1.1 b1.2 b1.3 \n\n" + ScriptedModel.AnswerTo(content));
        Graph.Tools.CountOf(User).ShouldBe(1);
    }

    [Test]
    public async Task Stopping_while_a_tool_runs_ends_the_turn_and_the_call()
    {
        var content = $$"""rounds=1 before=2 tool=slow arg={"id":"{{User}}"} tokens=4""";
        Graph.Tools.IsOpen = false;
        try
        {
            using var run = Graph.First.Turns.Run(new RunTurnRequest { Content = content.Replace("slow", "lookup", StringComparison.Ordinal), Tools = { "lookup" } }, Me);
            var seen = await new ViewedTurn().FollowAsync(run, s => s.Events[^1].ToolCall is not null);
            await Graph.Second.Turns.StopAsync(new StopTurnRequest { TurnId = seen.TurnId }, Me);
            await seen.FollowAsync(Graph.Second.Turns.Resume(new ResumeTurnRequest { TurnId = seen.TurnId, After = seen.Last }, Me));

            seen.Ended.ShouldNotBeNull().Status.ShouldBe("Stopped");
            seen.Text.ShouldStartWith("b1.1 b1.2");
            (await Graph.ScalarAsync<string>("SELECT status FROM chat.tool_calls WHERE user_id = @User", new { User })).ShouldBe("stopped");
        }
        finally
        {
            Graph.Tools.IsOpen = true;
        }
    }

    [Test]
    public async Task A_model_that_is_known_to_use_tools_is_offered_all_of_them_unasked()
    {
        await RunAsync(new RunTurnRequest { Content = $"tokens=2 {User}", Model = ScriptedModel.ToolModel });
        LastRequest().GetProperty("tools").EnumerateArray().Select(t => t.GetProperty("function").GetProperty("name").GetString()).Take(3)
            .ShouldBe(["calculate", "current_time", "convert_units"]);

        await RunAsync(new RunTurnRequest { Content = $"again tokens=2 {User}", Model = ScriptedModel.ToolModel, NoTools = true });
        LastRequest().TryGetProperty("tools", out _).ShouldBeFalse();
    }

    [Test]
    public async Task A_tool_that_does_not_exist_is_refused_with_those_that_do()
    {
        var refused = await RefusalAsync(() => RunAsync(new RunTurnRequest { Content = "hello", Tools = { "nothing" } }));

        refused.StatusCode.ShouldBe(StatusCode.InvalidArgument);
        refused.Status.Detail.ShouldContain("nothing");
        refused.Status.Detail.ShouldContain("calculate");
    }

    [TestCase("order", 1, "unknown")]
    [TestCase("lookup", 2, "succeeded")]
    public async Task After_the_death_of_a_replica_only_an_idempotent_call_is_run_again(string tool, int runs, string status)
    {
        var content = $$"""rounds=1 before=3 tool={{tool}} arg={"id":"{{User}}"} tokens=6""";
        Graph.Tools.IsOpen = false;
        try
        {
            var seen = new ViewedTurn();
            using (var run = Graph.First.Turns.Run(new RunTurnRequest { Content = content, Tools = { tool } }, Me))
            {
                await seen.FollowAsync(run, s => s.Events[^1].ToolCall is not null);
                await Eventually.BecomesAsync(() => Task.FromResult(Graph.Tools.CountOf(User)), count => count == 1);
            }

            await Graph.First.KillAsync();
            Graph.Tools.IsOpen = true;
            await seen.FollowAsync(Graph.Second.Turns.Resume(new ResumeTurnRequest { TurnId = seen.TurnId, After = seen.Last }, Me));

            seen.Ended.ShouldNotBeNull().Status.ShouldBe("Completed");
            seen.Text.ShouldBe("b1.1 b1.2 b1.3 \n\n" + ScriptedModel.AnswerTo(content));
            Graph.Tools.CountOf(User).ShouldBe(runs);
            var result = seen.Events.Single(e => e.ToolResult != null).ToolResult;
            result.Status.ShouldBe(status);
            if (runs == 1)
                result.Content.ShouldContain("outcome of this call is unknown");
            else
                Graph.Tools.Calls.Where(call => call.Arguments.Contains(User, StringComparison.Ordinal)).Select(call => call.Key).Distinct().Count().ShouldBe(1);
            (await Graph.ScalarAsync<long>("SELECT count(*) FROM chat.usage_events WHERE user_id = @User AND purpose = 'turn'", new { User })).ShouldBe(1);
        }
        finally
        {
            Graph.Tools.IsOpen = true;
            await Graph.First.StartAsync();
        }
    }

    [Test]
    public async Task A_viewer_who_returns_in_the_middle_sees_the_steps_so_far()
    {
        var content = $$"""rounds=1 before=2 tool=lookup arg={"id":"{{User}}"} tokens=4""";
        Graph.Tools.IsOpen = false;
        try
        {
            using var run = Graph.First.Turns.Run(new RunTurnRequest { Content = content, Tools = { "lookup" } }, Me);
            var seen = await new ViewedTurn().FollowAsync(run, s => s.Events[^1].ToolCall is not null);

            var stored = await Eventually.BecomesAsync(
                async () => (await Graph.Second.Conversations.GetAsync(new GetConversationRequest { Id = seen.Started.ConversationId }, Me)).Messages[1],
                message => message.ContentJson.Length > 0);

            stored.Status.ShouldBe("Streaming");
            stored.ContentJson.ShouldContain("\"name\":\"lookup\"");
            Graph.Tools.IsOpen = true;
            await seen.FollowAsync(Graph.Second.Turns.Resume(new ResumeTurnRequest { TurnId = seen.TurnId, After = seen.Last }, Me));
            seen.Ended.ShouldNotBeNull().Status.ShouldBe("Completed");
        }
        finally
        {
            Graph.Tools.IsOpen = true;
        }
    }

    private Task<ViewedTurn> CallAsync(string content, params string[] tools) => RunAsync(new RunTurnRequest { Content = content, Tools = { tools } });

    private JsonElement LastRequest() =>
        Graph.Model.Requests.Last(r => r.GetRawText().Contains(User, StringComparison.Ordinal) && !r.TryGetProperty("priority", out _));
}
