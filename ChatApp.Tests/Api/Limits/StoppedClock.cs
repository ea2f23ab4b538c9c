namespace ChatApp.Tests.Api.Limits;

/// <summary>A clock that moves only when a test says so; its timers run by the system's.</summary>
public sealed class StoppedClock : TimeProvider
{
    public DateTimeOffset Now { get; set; } = DateTimeOffset.FromUnixTimeSeconds(DateTimeOffset.UtcNow.ToUnixTimeSeconds());

    public override DateTimeOffset GetUtcNow() => Now;
}
