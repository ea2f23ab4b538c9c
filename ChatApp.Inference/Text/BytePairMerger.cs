using System.Buffers;

namespace ChatApp.Inference.Text;

/// <summary>
/// Byte-pair encoding over token ids: merges the pair of lowest rank, leftmost first, until none is left.
/// O(n log n) at worst whatever the text, so that a megabyte of one letter costs no more than a megabyte of prose.
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
        var waiting = new Waiting();
        for (var i = 0; i < symbols.Length; i++)
        {
            previous[i] = i - 1;
            next[i] = i + 1;
            Offer(waiting, symbols, next, i);
        }
        while (waiting.TryTake(out var rank, out var at))
        {
            // An entry is stale when either symbol has since been merged into something else.
            if (symbols[at] < 0 || next[at] >= symbols.Length || !_merges.TryGetValue(Pair(symbols[at], symbols[next[at]]), out var merge) || merge.Rank != rank)
                continue;
            var absorbed = next[at];
            symbols[at] = merge.Result;
            symbols[absorbed] = -1;
            next[at] = next[absorbed];
            if (next[at] < symbols.Length)
                previous[next[at]] = at;
            Offer(waiting, symbols, next, at);
            if (previous[at] >= 0)
                Offer(waiting, symbols, next, previous[at]);
        }
    }

    private void Offer(Waiting waiting, ReadOnlySpan<int> symbols, int[] next, int at)
    {
        if (next[at] < symbols.Length && _merges.TryGetValue(Pair(symbols[at], symbols[next[at]]), out var merge))
            waiting.Add(merge.Rank, at);
    }

    private static long Pair(int left, int right) => ((long)left << 32) | (uint)right;

    private readonly record struct Merge(int Rank, int Result);

    /// <summary>
    /// Positions by rank, then from left to right. A long text has many positions and few ranks, so ranks are queued and the positions of each
    /// are a list, sorted when it is taken up.
    /// </summary>
    private sealed class Waiting
    {
        private readonly Dictionary<int, Positions> _byRank = [];
        private readonly PriorityQueue<Positions, int> _ranks = new();

        public void Add(int rank, int position)
        {
            if (!_byRank.TryGetValue(rank, out var positions))
                _byRank.Add(rank, positions = new Positions());
            if (positions.IsEmpty)
                _ranks.Enqueue(positions, rank);
            positions.Add(position);
        }

        public bool TryTake(out int rank, out int position)
        {
            if (!_ranks.TryPeek(out var first, out rank))
            {
                position = -1;
                return false;
            }
            position = first.Take();
            if (first.IsEmpty)
                _ranks.Dequeue();
            return true;
        }
    }

    private sealed class Positions
    {
        private readonly List<int> _sorted = [];
        private int _taken;
        private bool _isSorted = true;

        public bool IsEmpty => _taken == _sorted.Count;

        public void Add(int position)
        {
            if (IsEmpty)
            {
                _sorted.Clear();
                _taken = 0;
                _isSorted = true;
            }
            _isSorted &= _sorted.Count == 0 || _sorted[^1] <= position;
            _sorted.Add(position);
        }

        public int Take()
        {
            if (!_isSorted)
            {
                _sorted.Sort(_taken, _sorted.Count - _taken, null);
                _isSorted = true;
            }
            return _sorted[_taken++];
        }
    }
}
