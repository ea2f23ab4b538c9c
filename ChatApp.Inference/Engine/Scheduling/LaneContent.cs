using ChatApp.Inference.Engine.Runner;

namespace ChatApp.Inference.Engine.Scheduling;

/// <summary>
/// What lanes hold without having been computed for them: keys and values copied from a sibling's lane or from the prefix cache when a sequence is
/// admitted, and blocks offered to the cache as they are computed. Belongs to the engine's thread.
/// </summary>
internal sealed class LaneContent(IModelRunner runner, PrefixCache cache)
{
    private readonly List<PrefixCache.Block> _found = [];

    /// <summary>Copies as much of a sequence's beginning into its lane as is there.</summary>
    public void Fill(Sequence sequence)
    {
        if (!TryCopyFromSibling(sequence))
            CopyFromCache(sequence);
    }

    /// <summary>Offers the computed whole blocks of a sequence to the prefix cache.</summary>
    public void Publish(Sequence sequence)
    {
        if (!cache.IsEnabled)
            return;
        var size = cache.BlockTokens;
        while (sequence.PublishedBlocks < int.MaxValue && sequence.Computed >= (sequence.PublishedBlocks + 1) * size)
        {
            var start = sequence.PublishedBlocks * size;
            var block = cache.Add(sequence.PublishedTail, sequence.Generation.Request.Tenant, sequence.Tokens.Slice(start, size), out var isNew);
            if (block is null)
            {
                sequence.PublishedBlocks = int.MaxValue;
                sequence.PublishedTail = null;
                return;
            }

            if (isNew)
                runner.SaveBlock(sequence.Lane, start, block.Slot);
            sequence.PublishedTail = block;
            sequence.PublishedBlocks++;
        }
    }

    /// <summary>A sibling's lane holds the prompt's keys and values; the last token is run again for its logits.</summary>
    private bool TryCopyFromSibling(Sequence sequence)
    {
        if (sequence.Generated > 0)
            return false;
        foreach (var sibling in sequence.Generation.Sequences)
        {
            if (sibling == sequence || sibling.Phase != SequencePhase.Running || sibling.Computed < sequence.PromptLength)
                continue;
            runner.CopyLane(sibling.Lane, sequence.Lane, sequence.PromptLength - 1);
            sequence.Computed = sequence.PromptLength - 1;
            return true;
        }

        return false;
    }

    private void CopyFromCache(Sequence sequence)
    {
        if (!cache.IsEnabled)
            return;
        cache.Match(sequence.Generation.Request.Tenant, sequence.Tokens, _found);
        foreach (var block in _found)
        {
            runner.LoadBlock(block.Slot, sequence.Lane, sequence.Computed);
            sequence.Computed += cache.BlockTokens;
            sequence.PublishedBlocks++;
            sequence.PublishedTail = block;
        }

        _found.Clear();
    }
}
