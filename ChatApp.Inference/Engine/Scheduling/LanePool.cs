namespace ChatApp.Inference.Engine.Scheduling;

/// <summary>Which sequence holds which lane.</summary>
internal sealed class LanePool(int lanes)
{
    private readonly Sequence?[] _holders = new Sequence?[lanes];

    public int Count => _holders.Length;

    public Sequence? this[int lane] => _holders[lane];

    /// <summary>Gives a free lane to a sequence without one.</summary>
    public void Take(Sequence sequence, int lane)
    {
        EngineInvariantException.ThrowIf(_holders[lane] is not null, $"Lane {lane} is given away twice.");
        EngineInvariantException.ThrowIf(sequence.Lane >= 0, "A sequence is given a second lane.");
        _holders[lane] = sequence;
        sequence.Lane = lane;
    }

    /// <summary>Takes all lanes back, whatever the account says.</summary>
    public void Clear()
    {
        foreach (var holder in _holders)
        {
            if (holder is not null)
                holder.Lane = -1;
        }

        Array.Clear(_holders);
    }

    /// <summary>Takes a sequence's lane back, if it has one.</summary>
    public void Release(Sequence sequence)
    {
        if (sequence.Lane < 0)
            return;
        EngineInvariantException.ThrowIf(_holders[sequence.Lane] != sequence, $"Lane {sequence.Lane} is not held by its holder.");
        _holders[sequence.Lane] = null;
        sequence.Lane = -1;
    }
}
