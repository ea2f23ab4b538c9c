using ChatApp.Orchestrator.Metering;
using ChatApp.Orchestrator.Tools;
using ChatApp.Orchestrator.Turns.Running;

namespace ChatApp.Tests.Orchestrator.Turns;

/// <summary>Where a turn's time went is arithmetic: what was measured, added up by part.</summary>
public sealed class TimeSpentTests
{
    [Test]
    public void Several_model_runs_and_rounds_of_tools_add_up()
    {
        var spent = new TimeSpent();

        spent.OnPrompt(Ms(5));
        spent.OnModel(Ms(60), Ms(110), new GenerationTimes(Ms(10), Ms(40), Ms(100)));
        spent.OnTools(Ms(300));
        spent.OnPrompt(Ms(2));
        spent.OnModel(Ms(35), Ms(55), new GenerationTimes(Ms(0), Ms(30), Ms(50)));
        spent.OnTools(Ms(20));

        var parts = spent.ToParts();
        (parts.PromptMs, parts.QueueMs, parts.PrefillMs, parts.DecodeMs, parts.ToolsMs).ShouldBe((7, 10, 70, 150, 320));
        (parts.RetrievalMs, parts.ModelFirstTokenMs, parts.ModelRestMs).ShouldBe((0, 0, 0), "a run whose server tells is not counted a second time");
        parts.Partial.ShouldBeFalse();
    }

    [Test]
    public void A_run_whose_server_does_not_tell_is_what_the_gateway_saw_of_it()
    {
        var spent = new TimeSpent();

        spent.OnModel(Ms(400), Ms(900), told: null);
        spent.OnModel(Ms(60), Ms(110), new GenerationTimes(Ms(10), Ms(40), Ms(100)));

        var parts = spent.ToParts();
        (parts.ModelFirstTokenMs, parts.ModelRestMs).ShouldBe((400, 900));
        (parts.QueueMs, parts.PrefillMs, parts.DecodeMs).ShouldBe((10, 40, 100));
    }

    [Test]
    public void After_a_takeover_the_tools_of_before_count_once_a_round_and_the_rest_is_said_to_be_missing()
    {
        var spent = new TimeSpent();

        spent.FollowEarlierOwner([Step(1, 80), Step(1, 200), Step(2, 30)]);
        spent.OnTools(Ms(15));

        var parts = spent.ToParts();
        parts.Partial.ShouldBeTrue();
        parts.ToolsMs.ShouldBe(245, "those of the first round ran side by side");
    }

    [Test]
    public void What_is_handed_out_does_not_change_afterwards()
    {
        var spent = new TimeSpent();
        spent.OnTools(Ms(10));
        var before = spent.ToParts();

        spent.OnTools(Ms(10));

        before.ToolsMs.ShouldBe(10);
        spent.ToParts().ToolsMs.ShouldBe(20);
    }

    private static TimeSpan Ms(double milliseconds) => TimeSpan.FromMilliseconds(milliseconds);

    private static ToolStep Step(int round, long ms) => new() { Id = $"call_{round}_{ms}", Round = round, Name = "look", Arguments = "{}", Result = "", DurationMs = ms };
}
