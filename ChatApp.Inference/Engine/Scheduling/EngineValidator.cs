namespace ChatApp.Inference.Engine.Scheduling;

/// <summary>Checks every invariant of an engine's state between steps. Tests call it after each step, the engine when it is idle.</summary>
internal static class EngineValidator
{
    /// <exception cref="EngineInvariantException">Names the first invariant that does not hold.</exception>
    public static void Validate(EngineSequences state)
    {
        var generations = new HashSet<Generation>();
        foreach (var sequence in state.Running)
        {
            CheckTokens(sequence, state);
            Require(sequence.Phase == SequencePhase.Running, sequence, "is in the running list but not running");
            Require(sequence.Lane >= 0 && state.Lanes[sequence.Lane] == sequence, sequence, "does not hold the lane it names");
            generations.Add(sequence.Generation);
        }

        foreach (var sequence in state.Waiting)
        {
            CheckTokens(sequence, state);
            Require(sequence.Phase is SequencePhase.Waiting or SequencePhase.Preempted, sequence, "is in the waiting list but not waiting");
            Require(sequence.Lane < 0 && sequence.Computed == 0, sequence, "waits but holds a lane or computed tokens");
            Require(sequence.Phase == SequencePhase.Preempted || sequence.Generated == 0, sequence, "never ran but has an answer");
            generations.Add(sequence.Generation);
        }

        for (var lane = 0; lane < state.Lanes.Count; lane++)
        {
            var at = lane;
            EngineInvariantException.ThrowIf(
                state.Lanes[lane] is { } holder && (holder.Lane != at || !state.Running.Contains(holder)), $"Lane {lane} is held by a sequence that does not run.");
        }

        foreach (var generation in generations)
        {
            var unfinished = generation.Sequences.Count(s => s.Phase != SequencePhase.Finished);
            EngineInvariantException.ThrowIf(generation.Unfinished != unfinished, "A request miscounts its unfinished choices.");
            var generated = generation.Sequences.Sum(s => s.Generated);
            EngineInvariantException.ThrowIf(generation.CompletionTokens != generated, "A request miscounts its tokens.");
        }

        EngineInvariantException.ThrowIf(!generations.SetEquals(state.Live), "A request that was taken is neither running nor waiting, or one that has ended is.");
        EngineInvariantException.ThrowIf(state.Running.Distinct().Count() != state.Running.Count, "A sequence runs twice.");
        EngineInvariantException.ThrowIf(state.Waiting.Distinct().Count() != state.Waiting.Count, "A sequence waits twice.");
        state.Cache.Validate();
    }

    private static void CheckTokens(Sequence sequence, EngineSequences state)
    {
        Require(sequence.Computed >= 0 && sequence.Computed < sequence.Count, sequence, "has no token left to run");
        Require(sequence.Count < state.ContextLength, sequence, "has outgrown the context and still lives");
        Require(sequence.Generated < sequence.MaxTokens, sequence, "has reached its token limit and still lives");
        Require(
            sequence.PublishedBlocks == int.MaxValue || (long)sequence.PublishedBlocks * state.Cache.BlockTokens <= sequence.Computed,
            sequence, "has published blocks that it has not computed");
        var prompt = sequence.Generation.Request.PromptTokens;
        Require(sequence.Tokens[..sequence.PromptLength].SequenceEqual(prompt), sequence, "has changed its prompt");
    }

    private static void Require(bool holds, Sequence sequence, string what) =>
        EngineInvariantException.ThrowIf(!holds, $"Request {sequence.Generation.Request.Id}, choice {sequence.Choice}, {what}.");
}

/// <summary>The engine's account of itself does not add up: its state cannot be trusted.</summary>
internal sealed class EngineInvariantException(string message) : Exception(message)
{
    public static void ThrowIf(bool broken, string message)
    {
        if (broken)
            throw new EngineInvariantException(message);
    }
}
