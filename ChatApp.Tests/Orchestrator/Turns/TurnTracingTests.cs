using ChatApp.Orchestrator.V1;
using ChatApp.Tests.Orchestrator.Graph;

namespace ChatApp.Tests.Orchestrator.Turns;

/// <summary>What the replicas send to a collector where capture is not switched on.</summary>
public sealed class TurnTracingTests : GraphTest
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    [Test]
    public async Task Where_capture_is_off_nothing_of_what_is_asked_or_answered_leaves_the_service()
    {
        var turn = await RunAsync($"{User} tokens=7");
        turn.Ended.ShouldNotBeNull().Status.ShouldBe("Completed");

        await Eventually.HoldsAsync(() => SpansOf(turn.TurnId).Contains("chat scripted"), "the turn was reported", s_patience);

        OrchestratorGraph.Telemetry.Holds("gen_ai.usage.output_tokens").ShouldBeTrue();
        OrchestratorGraph.Telemetry.Holds(User).ShouldBeFalse();
        OrchestratorGraph.Telemetry.Holds(turn.Text).ShouldBeFalse();
        OrchestratorGraph.Telemetry.Holds("gen_ai.input.messages").ShouldBeFalse();
    }

    [Test]
    public async Task A_turn_that_was_taken_over_stays_in_the_trace_of_the_request_that_began_it()
    {
        const string TraceId = "4bf92f3577b34da6a3ce929d0e0e4736";
        var headers = Me;
        headers.Add("traceparent", $"00-{TraceId}-00f067aa0ba902b7-01");
        using var run = Graph.First.Turns.Run(new RunTurnRequest { Content = "tokens=200 delay=20" }, headers);
        var begun = await new ViewedTurn().FollowAsync(run, seen => seen.Last >= 5);
        try
        {
            await Graph.First.KillAsync();

            var seen = await new ViewedTurn().FollowAsync(Graph.Second.Turns.Resume(new ResumeTurnRequest { TurnId = begun.TurnId }, Me));
            seen.Ended.ShouldNotBeNull().Status.ShouldBe("Completed");
        }
        finally
        {
            await Graph.First.StartAsync();
        }

        await Eventually.HoldsAsync(() => OrchestratorGraph.Telemetry.Spans().Any(entry => entry.Span.Name == "turn" && Convert.ToHexStringLower(entry.Span.TraceId.Span) == TraceId), "the second owner's span", s_patience);
    }

    private static List<string> SpansOf(string turn)
    {
        var spans = OrchestratorGraph.Telemetry.Spans();
        var trace = spans.FirstOrDefault(entry => entry.Span.Name == "turn" && entry.Span.Attributes.Any(attribute => attribute.Value.StringValue == turn)).Span?.TraceId;
        return [.. spans.Where(entry => entry.Span.TraceId == trace).Select(entry => entry.Span.Name)];
    }
}
