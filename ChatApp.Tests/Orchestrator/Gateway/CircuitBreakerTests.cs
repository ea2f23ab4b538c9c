using ChatApp.Orchestrator.Gateway.Routing;
using ChatApp.Orchestrator.Gateway.Settings;

namespace ChatApp.Tests.Orchestrator.Gateway;

public sealed class CircuitBreakerTests
{
    private static readonly BreakerOptions Options = new() { MinimumCalls = 4, FailureRatio = 0.5, Window = TimeSpan.FromSeconds(10), Break = TimeSpan.FromSeconds(5), LongestBreak = TimeSpan.FromSeconds(12) };

    private Clock _clock = null!;
    private CircuitBreaker _breaker = null!;

    [SetUp]
    public void Start()
    {
        _clock = new Clock();
        _breaker = new CircuitBreaker(_clock);
    }

    [Test]
    public void It_opens_at_the_ratio_and_not_before_enough_calls()
    {
        _breaker.Fail(Options).ShouldBeFalse();
        _breaker.Fail(Options).ShouldBeFalse();
        _breaker.Succeed(Options);
        _breaker.State.ShouldBe(BreakerState.Closed);
        _breaker.Fail(Options).ShouldBeTrue();
        _breaker.State.ShouldBe(BreakerState.Open);
        _breaker.TryEnter().ShouldBeFalse();
        _breaker.Wait.ShouldBe(TimeSpan.FromSeconds(5));
    }

    [Test]
    public void Failures_that_are_older_than_the_window_do_not_count()
    {
        for (var i = 0; i < 3; i++)
            _breaker.Fail(Options);
        _clock.Advance(TimeSpan.FromSeconds(11));

        _breaker.Fail(Options).ShouldBeFalse();
        _breaker.State.ShouldBe(BreakerState.Closed);
    }

    [Test]
    public void After_the_break_one_trial_is_let_through_and_its_success_closes()
    {
        Trip();
        _clock.Advance(TimeSpan.FromSeconds(5));

        _breaker.Wait.ShouldBe(TimeSpan.Zero);
        _breaker.TryEnter().ShouldBeTrue();
        _breaker.TryEnter().ShouldBeFalse();
        _breaker.Succeed(Options);
        _breaker.State.ShouldBe(BreakerState.Closed);
        // What was before the trial is forgotten.
        _breaker.Fail(Options).ShouldBeFalse();
    }

    [Test]
    public void Each_failed_trial_doubles_the_break_up_to_the_longest()
    {
        Trip();
        foreach (var seconds in new[] { 5, 10, 12, 12 })
        {
            _breaker.Wait.ShouldBe(TimeSpan.FromSeconds(seconds));
            _clock.Advance(TimeSpan.FromSeconds(seconds));
            _breaker.TryEnter().ShouldBeTrue();
            _breaker.Fail(Options).ShouldBeTrue();
        }
    }

    [Test]
    public void A_trial_whose_caller_went_away_leaves_the_next_one_to_try()
    {
        Trip();
        _clock.Advance(TimeSpan.FromSeconds(5));
        _breaker.TryEnter();

        _breaker.Forget();

        _breaker.TryEnter().ShouldBeTrue();
    }

    private void Trip()
    {
        for (var i = 0; i < 4; i++)
            _breaker.Fail(Options);
    }

    private sealed class Clock : TimeProvider
    {
        private DateTimeOffset _now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

        public void Advance(TimeSpan by) => _now += by;

        public override DateTimeOffset GetUtcNow() => _now;
    }
}
