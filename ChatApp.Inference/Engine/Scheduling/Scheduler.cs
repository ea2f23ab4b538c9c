using ChatApp.Inference.Engine.Requests;

namespace ChatApp.Inference.Engine.Scheduling;

/// <summary>
/// The policy, as pure functions of what is there: who holds lanes (<see cref="PlanAdmission"/>), then what the next step runs
/// (<see cref="PlanStep"/>). Decodes go first and all together; prompts are prefilled in chunks behind them, so that a decode
/// never waits longer than one chunk. Running sequences come first in the input.
/// </summary>
internal static class Scheduler
{
    /// <summary>
    /// Gives lanes to waiting sequences: interactive before background, then the user with the fewest lanes, then first come.
    /// When no lane is free, one is taken from (1) a sequence whose reader is behind, (2) background work, if the waiting one is interactive,
    /// (3) a user with several lanes, if the waiting user has none and has waited long enough. Newest admissions lose first.
    /// </summary>
    public static void PlanAdmission(ReadOnlySpan<SequenceView> sequences, SchedulerLimits limits, AdmissionPlan plan)
    {
        plan.Clear();
        for (var i = 0; i < sequences.Length; i++)
        {
            if (sequences[i].MayExpire && sequences[i].Phase == SequencePhase.Waiting && sequences[i].Waited > limits.MaxQueueTime)
                plan.Expired.Add(i);
        }

        while (NextToAdmit(sequences, plan) is var next and >= 0)
        {
            var lane = FreeLane(sequences, limits, plan);
            if (lane < 0)
            {
                var victim = Victim(sequences, limits, plan, sequences[next]);
                if (victim < 0)
                    return;
                plan.Preempted.Add(victim);
                lane = sequences[victim].Lane;
            }

            plan.Admitted.Add((next, lane));
        }
    }

    /// <summary>Decides the next step from the sequences that hold lanes.</summary>
    public static void PlanStep(ReadOnlySpan<SequenceView> sequences, SchedulerLimits limits, StepPlan plan)
    {
        plan.Clear();
        var budget = limits.PrefillTokens;
        for (var i = 0; i < sequences.Length; i++)
        {
            if (IsActive(sequences[i]) && sequences[i].Remaining == 1)
                plan.Decode.Add(i);
        }

        while (budget > 0 && NextToPrefill(sequences, plan) is var next and >= 0)
        {
            var tokens = Math.Min(budget, sequences[next].Remaining);
            plan.Prefill.Add((next, tokens));
            budget -= tokens;
        }

        plan.Speculate = plan is { Decode.Count: 1, Prefill.Count: 0 } && sequences[plan.Decode[0]].Speculative;
        PlanMove(sequences, plan);
    }

    private static bool IsActive(in SequenceView sequence) => sequence is { Phase: SequencePhase.Running, Paused: false };

    private static int NextToAdmit(ReadOnlySpan<SequenceView> sequences, AdmissionPlan plan)
    {
        int best = -1, bestLanes = 0;
        for (var i = 0; i < sequences.Length; i++)
        {
            ref readonly var candidate = ref sequences[i];
            if (candidate.Phase is not (SequencePhase.Waiting or SequencePhase.Preempted) || candidate.Blocked || plan.Expired.Contains(i) || IsAdmitted(plan, i))
                continue;

            var lanes = LanesOf(candidate.User, sequences, plan);
            if (best < 0 || (candidate.Priority, lanes, candidate.Arrival).CompareTo((sequences[best].Priority, bestLanes, sequences[best].Arrival)) < 0)
                (best, bestLanes) = (i, lanes);
        }

        return best;
    }

    private static bool IsAdmitted(AdmissionPlan plan, int sequence)
    {
        foreach (var (admitted, _) in plan.Admitted)
        {
            if (admitted == sequence)
                return true;
        }

        return false;
    }

    private static int LanesOf(int user, ReadOnlySpan<SequenceView> sequences, AdmissionPlan plan)
    {
        var lanes = 0;
        for (var i = 0; i < sequences.Length && sequences[i].Phase == SequencePhase.Running; i++)
        {
            if (sequences[i].User == user && !plan.Preempted.Contains(i))
                lanes++;
        }

        foreach (var (admitted, _) in plan.Admitted)
        {
            if (sequences[admitted].User == user)
                lanes++;
        }

        return lanes;
    }

    private static int FreeLane(ReadOnlySpan<SequenceView> sequences, SchedulerLimits limits, AdmissionPlan plan)
    {
        for (var lane = 0; lane < limits.Lanes; lane++)
        {
            if (!IsTaken(lane, sequences, plan))
                return lane;
        }

        return -1;
    }

    private static bool IsTaken(int lane, ReadOnlySpan<SequenceView> sequences, AdmissionPlan plan)
    {
        foreach (var (_, taken) in plan.Admitted)
        {
            if (taken == lane)
                return true;
        }

        for (var i = 0; i < sequences.Length && sequences[i].Phase == SequencePhase.Running; i++)
        {
            if (sequences[i].Lane == lane && !plan.Preempted.Contains(i))
                return true;
        }

        return false;
    }

    private static int Victim(ReadOnlySpan<SequenceView> sequences, SchedulerLimits limits, AdmissionPlan plan, in SequenceView waiting)
    {
        var mayTakeFromUsers = waiting.Waited >= limits.FairnessWait && LanesOf(waiting.User, sequences, plan) == 0;
        var greediest = mayTakeFromUsers ? UserWithMostLanes(sequences, plan, waiting.Priority) : -1;
        int best = -1, bestRank = 0;
        for (var i = 0; i < sequences.Length && sequences[i].Phase == SequencePhase.Running; i++)
        {
            ref readonly var holder = ref sequences[i];
            if (plan.Preempted.Contains(i))
                continue;

            var rank = holder.Paused ? 3
                : holder.Priority > waiting.Priority ? 2
                : holder.User == greediest && holder.Priority == waiting.Priority ? 1
                : 0;
            if (rank > 0 && (best < 0 || (rank, holder.Admitted).CompareTo((bestRank, sequences[best].Admitted)) > 0))
                (best, bestRank) = (i, rank);
        }

        return best;
    }

    private static int UserWithMostLanes(ReadOnlySpan<SequenceView> sequences, AdmissionPlan plan, RequestPriority priority)
    {
        int user = -1, most = 1;
        foreach (ref readonly var sequence in sequences)
        {
            if (sequence.Phase != SequencePhase.Running)
                break;
            if (sequence.Priority != priority)
                continue;
            var lanes = LanesOf(sequence.User, sequences, plan);
            if (lanes > most)
                (user, most) = (sequence.User, lanes);
        }

        return user;
    }

    private static int NextToPrefill(ReadOnlySpan<SequenceView> sequences, StepPlan plan)
    {
        var best = -1;
        for (var i = 0; i < sequences.Length; i++)
        {
            ref readonly var candidate = ref sequences[i];
            if (!IsActive(candidate) || candidate.Remaining <= 1 || IsPrefilled(plan, i))
                continue;
            if (best < 0 || (candidate.Priority, candidate.Admitted).CompareTo((sequences[best].Priority, sequences[best].Admitted)) < 0)
                best = i;
        }

        return best;
    }

    private static bool IsPrefilled(StepPlan plan, int sequence)
    {
        foreach (var (planned, _) in plan.Prefill)
        {
            if (planned == sequence)
                return true;
        }

        return false;
    }

    /// <summary>A batch is the lanes from 0 to the last one that decodes: a free lane among them is a row computed for nothing.</summary>
    private static void PlanMove(ReadOnlySpan<SequenceView> sequences, StepPlan plan)
    {
        var last = -1;
        foreach (var i in plan.Decode)
        {
            if (last < 0 || sequences[i].Lane > sequences[last].Lane)
                last = i;
        }

        for (var lane = 0; last >= 0 && lane < sequences[last].Lane; lane++)
        {
            var free = true;
            foreach (ref readonly var sequence in sequences)
                free &= sequence.Phase != SequencePhase.Running || sequence.Lane != lane;
            if (free)
            {
                (plan.MoveSequence, plan.MoveToLane) = (last, lane);
                return;
            }
        }
    }
}

/// <summary>The scheduler's constants.</summary>
/// <param name="Lanes">Number of lanes.</param>
/// <param name="PrefillTokens">Prompt tokens per step.</param>
/// <param name="MaxQueueTime">Longest wait of a request that has not begun.</param>
/// <param name="FairnessWait">Wait after which a user without a lane takes one.</param>
internal sealed record SchedulerLimits(int Lanes, int PrefillTokens, TimeSpan MaxQueueTime, TimeSpan FairnessWait);

/// <summary>Who gets and who loses a lane before a step. Numbers are indices of the scheduler's input; reused from step to step.</summary>
internal sealed class AdmissionPlan
{
    /// <summary>Waited too long: to be refused.</summary>
    public List<int> Expired { get; } = [];

    /// <summary>To give their lanes up, before the admissions.</summary>
    public List<int> Preempted { get; } = [];

    /// <summary>To be given these lanes.</summary>
    public List<(int Sequence, int Lane)> Admitted { get; } = [];

    internal void Clear()
    {
        Expired.Clear();
        Preempted.Clear();
        Admitted.Clear();
    }
}
