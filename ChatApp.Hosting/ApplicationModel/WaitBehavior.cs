namespace Aspire.Hosting.ApplicationModel;

/// <summary>What a waiting resource does when the one it waits for cannot start.</summary>
public enum WaitBehavior
{
    /// <summary>It goes on waiting: someone may start the other by hand.</summary>
    WaitOnResourceUnavailable,

    /// <summary>It fails too.</summary>
    StopOnResourceUnavailable,
}
