namespace ChatApp.Inference.Engine;

/// <summary>The scheduler's constants.</summary>
/// <param name="Lanes">Number of lanes.</param>
/// <param name="PrefillTokens">Prompt tokens per step.</param>
/// <param name="MaxQueueTime">Longest wait of a request that has not begun.</param>
/// <param name="FairnessWait">Wait after which a user without a lane takes one.</param>
internal sealed record SchedulerLimits(int Lanes, int PrefillTokens, TimeSpan MaxQueueTime, TimeSpan FairnessWait);
