using ChatApp.ServiceDefaults;

namespace ChatApp.Tests.ServiceDefaults;

/// <summary>Work that a service repeats.</summary>
public sealed class PeriodicServiceTests
{
    [Test]
    public async Task A_time_that_fails_is_told_and_is_not_the_last_one_that_was_too_slow_for_its_call_included()
    {
        using var service = new Failing();
        await service.StartAsync(CancellationToken.None);
        await Eventually.HoldsAsync(() => service.Failures >= 2);
        await service.StopAsync(CancellationToken.None);
        service.ExecuteTask!.IsCompletedSuccessfully.ShouldBeTrue();
    }

    private sealed class Failing : PeriodicService
    {
        private int _failures;

        public int Failures => Volatile.Read(ref _failures);

        protected override PeriodicTimer NewTimer() => new(TimeSpan.FromMilliseconds(1));

        protected override Task WorkAsync(CancellationToken cancellationToken) => throw new TaskCanceledException("A call took too long.");

        protected override void Failed(Exception exception) => Interlocked.Increment(ref _failures);
    }
}
