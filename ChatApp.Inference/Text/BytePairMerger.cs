using System.Buffers;

namespace ChatApp.Inference.Text;

/// <summary>
/// Byte-pair encoding over token ids: merges the pair of lowest rank, leftmost first, until none is left.
/// O(n log n) whatever the text, so that a megabyte of one letter costs no more than a megabyte of prose.
/// </summary>
internal sealed class BytePairMerger
{
    private readonly Dictionary<long, Merge> _merges;

    public BytePairMerger(IEnumerable<(int Left, int Right, int Result)> mergesByRank)
    {
        _merges = [];
        var rank = 0;
        foreach (var (left, right, result) in mergesByRank)
            _merges.TryAdd(Pair(left, right), new Merge(rank++, result));
    }

    /// <summary>Merges <paramref name="symbols"/> (overwritten) and appends what remains to <paramref name="output"/>.</summary>
    public void Apply(Span<int> symbols, List<int> output)
    {
        if (symbols.Length > 1)
        {
            var next = ArrayPool<int>.Shared.Rent(symbols.Length);
            var previous = ArrayPool<int>.Shared.Rent(symbols.Length);
            MergeAll(symbols, previous, next);
            ArrayPool<int>.Shared.Return(next);
            ArrayPool<int>.Shared.Return(previous);
        }
        foreach (var symbol in symbols)
        {
            if (symbol >= 0)
                output.Add(symbol);
        }
    }

    private void MergeAll(Span<int> symbols, int[] previous, int[] next)
    {
        var queue = new PriorityQueue<int, long>();
        for (var i = 0; i < symbols.Length; i++)
        {
            previous[i] = i - 1;
            next[i] = i + 1;
            Offer(queue, symbols, next, i);
        }
        while (queue.TryDequeue(out var at, out var priority))
        {
            // An entry is stale when either symbol has since been merged into something else.
            if (symbols[at] < 0 || next[at] >= symbols.Length
                || !_merges.TryGetValue(Pair(symbols[at], symbols[next[at]]), out var merge)
                || Priority(merge.Rank, at) != priority)
                continue;
            var absorbed = next[at];
            symbols[at] = merge.Result;
            symbols[absorbed] = -1;
            next[at] = next[absorbed];
            if (next[at] < symbols.Length)
                previous[next[at]] = at;
            Offer(queue, symbols, next, at);
            if (previous[at] >= 0)
                Offer(queue, symbols, next, previous[at]);
        }
    }

    private void Offer(PriorityQueue<int, long> queue, ReadOnlySpan<int> symbols, int[] next, int at)
    {
        if (next[at] < symbols.Length && _merges.TryGetValue(Pair(symbols[at], symbols[next[at]]), out var merge))
            queue.Enqueue(at, Priority(merge.Rank, at));
    }

    private static long Pair(int left, int right) => ((long)left << 32) | (uint)right;

    private static long Priority(int rank, int position) => ((long)rank << 32) | (uint)position;

    private readonly record struct Merge(int Rank, int Result);
}
