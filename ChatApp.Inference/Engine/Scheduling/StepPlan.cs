namespace ChatApp.Inference.Engine.Scheduling;

/// <summary>What one step runs. Numbers are indices of the scheduler's input; reused from step to step.</summary>
internal sealed class StepPlan
{
    /// <summary>Sequence to move to another lane before the run, so that the batch is dense; -1 for none.</summary>
    public int MoveSequence { get; set; } = -1;

    /// <summary>The free lane that it moves to.</summary>
    public int MoveToLane { get; set; }

    /// <summary>Sequences that decode one token.</summary>
    public List<int> Decode { get; } = [];

    /// <summary>The only decoding sequence may try a draft.</summary>
    public bool Speculate { get; set; }

    /// <summary>Prompt chunks, in the order they run.</summary>
    public List<(int Sequence, int Tokens)> Prefill { get; } = [];

    /// <summary>Nothing to run.</summary>
    public bool IsEmpty => Decode.Count == 0 && Prefill.Count == 0;

    internal void Clear()
    {
        MoveSequence = -1;
        Decode.Clear();
        Prefill.Clear();
        Speculate = false;
    }
}
