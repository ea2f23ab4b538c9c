namespace ChatApp.Tests.Api.Limits;

/// <summary>The system's clock, moved by as much as a test wants.</summary>
public sealed class ShiftedClock : TimeProvider
{
    public TimeSpan Shift { get; set; }

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Shift;
}
