using ChatApp.Inference.Engine.Requests;
using ChatApp.Inference.Engine.Scheduling;
using FsCheck;
using FsCheck.Fluent;

namespace ChatApp.Tests.Inference.Engine;

public sealed class SchedulerTests
{
    private static readonly SchedulerLimits Limits = new(4, 100, TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(2));

    [Test]
    public void Interactive_work_is_admitted_before_background_work_that_came_earlier()
    {
        var plan = Admit([Waiting(user: 1, arrival: 0) with { Priority = RequestPriority.Background }, Waiting(user: 2, arrival: 1)]);

        plan.Admitted.ShouldBe([(1, 0), (0, 1)]);
    }

    [Test]
    public void A_user_with_one_request_goes_before_the_second_request_of_another()
    {
        var plan = Admit([Running(user: 1, lane: 0), Running(user: 1, lane: 1), Running(user: 1, lane: 2), Waiting(user: 1, arrival: 3), Waiting(user: 2, arrival: 4)]);

        plan.Admitted.ShouldBe([(4, 3)]);
    }

    [Test]
    public void A_user_without_a_lane_takes_one_from_a_user_with_several_after_the_fairness_wait()
    {
        SequenceView[] views = [.. Enumerable.Range(0, 4).Select(i => Running(user: 1, lane: i)), Waiting(user: 2, arrival: 9, waited: 3)];

        var plan = Admit(views);

        plan.Preempted.ShouldBe([3]);
        plan.Admitted.ShouldBe([(4, 3)]);
    }

    [Test]
    public void Nobody_is_preempted_for_fairness_before_the_wait_is_over()
    {
        SequenceView[] views = [.. Enumerable.Range(0, 4).Select(i => Running(user: 1, lane: i)), Waiting(user: 2, arrival: 9, waited: 1)];

        Admit(views).Preempted.ShouldBeEmpty();
    }

    [Test]
    public void Users_with_a_lane_each_do_not_preempt_one_another()
    {
        SequenceView[] views = [.. Enumerable.Range(0, 4).Select(i => Running(user: i, lane: i)), Waiting(user: 9, arrival: 9, waited: 50)];

        Admit(views).Preempted.ShouldBeEmpty();
    }

    [Test]
    public void Background_work_loses_its_lane_to_interactive_work_and_never_the_other_way_round()
    {
        var background = Running(user: 5, lane: 2) with { Priority = RequestPriority.Background };
        var full = new[] { Running(1, 0), Running(2, 1), background, Running(3, 3) };

        Admit([.. full, Waiting(user: 6, arrival: 9)]).Preempted.ShouldBe([2]);
        Admit([.. full, Waiting(user: 6, arrival: 9, waited: 50) with { Priority = RequestPriority.Background }]).Preempted.ShouldBeEmpty();
    }

    [Test]
    public void A_sequence_whose_reader_is_behind_gives_its_lane_up_first()
    {
        var full = new[] { Running(1, 0), Running(2, 1) with { Paused = true }, Running(5, 2) with { Priority = RequestPriority.Background }, Running(3, 3) };

        Admit([.. full, Waiting(user: 6, arrival: 9)]).Preempted.ShouldBe([1]);
    }

    [Test]
    public void Requests_that_have_waited_too_long_expire_unless_they_have_begun()
    {
        var full = Enumerable.Range(0, 4).Select(i => Running(i, i));

        var plan = Admit([.. full, Waiting(7, 9, waited: 61) with { MayExpire = true }, Waiting(8, 10, waited: 61)]);

        plan.Expired.ShouldBe([4]);
    }

    [Test]
    public void Decodes_come_first_and_prompts_share_one_budget()
    {
        var plan = Step([Running(1, 0), Running(2, 1) with { Remaining = 70 }, Running(3, 2) with { Remaining = 500 }, Running(4, 3)]);

        plan.Decode.ShouldBe([0, 3]);
        plan.Prefill.ShouldBe([(1, 70), (2, 30)]);
    }

    [Test]
    public void The_last_sequence_moves_into_a_free_lane_below_it()
    {
        var plan = Step([Running(1, 0), Running(2, 3)]);

        (plan.MoveSequence, plan.MoveToLane).ShouldBe((1, 1));
        Step([Running(1, 0), Running(2, 1)]).MoveSequence.ShouldBe(-1);
    }

    [Test]
    public void Every_plan_is_sound_whatever_the_state()
    {
        var generator =
            from running in Gen.Choose(0, 4)
            from waiting in Gen.Choose(0, 12)
            from seeds in Gen.Choose(0, 1 << 20).ArrayOf(running + waiting)
            select seeds.Select((seed, i) => Random(seed, i, i < running)).ToArray();

        Prop.ForAll(generator.ToArbitrary(), IsSound).QuickCheckThrowOnFailure();
    }

    private static bool IsSound(SequenceView[] views)
    {
        var admission = Admit(views);
        var held = views.Where((v, i) => v.Phase == SequencePhase.Running && !admission.Preempted.Contains(i)).Select(v => v.Lane)
            .Concat(admission.Admitted.Select(a => a.Lane)).ToArray();
        held.ShouldBeUnique();
        held.ShouldAllBe(lane => lane >= 0 && lane < Limits.Lanes);
        admission.Preempted.ShouldAllBe(i => views[i].Phase == SequencePhase.Running);
        admission.Admitted.ShouldAllBe(a => views[a.Sequence].Phase != SequencePhase.Running && !views[a.Sequence].Blocked);
        admission.Admitted.Select(a => a.Sequence).ShouldBeUnique();
        var eligible = views.Count(v => v.Phase != SequencePhase.Running && !v.Blocked && !(v.MayExpire && v.Waited > Limits.MaxQueueTime));
        (held.Length == Limits.Lanes || admission.Admitted.Count == eligible).ShouldBeTrue("A lane stayed free while somebody waited.");

        var step = Step(views);
        step.Decode.ShouldBe(views.Select((v, i) => (v, i)).Where(x => x.v is { Phase: SequencePhase.Running, Paused: false, Remaining: 1 }).Select(x => x.i));
        step.Prefill.Sum(p => p.Tokens).ShouldBeLessThanOrEqualTo(Limits.PrefillTokens);
        step.Prefill.ShouldAllBe(p => p.Tokens > 0 && p.Tokens <= views[p.Sequence].Remaining && !views[p.Sequence].Paused);
        step.Prefill.Select(p => p.Sequence).ShouldBeUnique();
        if (step.MoveSequence >= 0)
            views.Where(v => v.Phase == SequencePhase.Running).Select(v => v.Lane).ShouldNotContain(step.MoveToLane);
        return true;
    }

    private static SequenceView Random(int seed, int index, bool running)
    {
        var random = new Random(seed);
        var view = running ? Running(random.Next(3), index) : Waiting(random.Next(3), index, random.Next(80));
        return view with
        {
            Priority = (RequestPriority)random.Next(2),
            Paused = running && random.Next(5) == 0,
            Blocked = !running && random.Next(5) == 0,
            MayExpire = !running && random.Next(2) == 0,
            Remaining = random.Next(2) == 0 ? 1 : random.Next(1, 300),
        };
    }

    private static SequenceView Waiting(int user, long arrival, double waited = 0) =>
        new(SequencePhase.Waiting, RequestPriority.Interactive, user, arrival, TimeSpan.FromSeconds(waited)) { Remaining = 10 };

    private static SequenceView Running(int user, int lane) =>
        new(SequencePhase.Running, RequestPriority.Interactive, user, lane, TimeSpan.Zero) { Lane = lane, Admitted = lane };

    private static AdmissionPlan Admit(SequenceView[] views)
    {
        var plan = new AdmissionPlan();
        Scheduler.PlanAdmission(views, Limits, plan);
        return plan;
    }

    private static StepPlan Step(SequenceView[] views)
    {
        var plan = new StepPlan();
        Scheduler.PlanStep(views, Limits, plan);
        return plan;
    }
}
