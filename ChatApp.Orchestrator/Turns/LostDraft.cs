using ChatApp.Orchestrator.V1;

namespace ChatApp.Orchestrator.Turns;

/// <summary>Notices that a viewer was shown what is not in the stored answer. Nothing repairs that; it is counted, and must be nought.</summary>
internal static class LostDraft
{
    /// <summary>Whether the events that were shown are, unchanged, the beginning of those that were stored.</summary>
    public static bool IsStored(IReadOnlyList<TurnEvent> shown, IReadOnlyList<TurnEvent> stored)
    {
        if (shown.Count > stored.Count)
            return false;
        for (var i = 0; i < shown.Count; i++)
        {
            if (!ReferenceEquals(shown[i], stored[i]) && !shown[i].Equals(stored[i]))
                return false;
        }

        return true;
    }

    /// <summary>
    /// Whether a viewer that has seen more events than the turn has was shown what a takeover then lacked. Of a turn with one owner nobody
    /// can have: there the viewer's number is made up.
    /// </summary>
    public static bool IsLost(long leaseEpoch) => leaseEpoch > 1;
}
