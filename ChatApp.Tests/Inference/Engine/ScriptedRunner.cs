using ChatApp.Inference.Engine.Requests;
using ChatApp.Inference.Engine.Runner;

namespace ChatApp.Tests.Inference.Engine;

/// <summary>
/// A model whose next token is a function of every token before it, computed from what it finds in its lanes: a lane that was copied, cached,
/// moved or recomputed wrongly gives another answer. Steps can be held, and made to fail.
/// </summary>
internal sealed class ScriptedRunner : IModelRunner
{
    private readonly int[,] _lanes;
    private readonly int[,] _slots;
    private readonly float[][] _logits;
    private readonly int _blockTokens;

    public ScriptedRunner(EngineOptions options, int vocabulary = 50, int context = 256, int blockSlots = 64)
    {
        Model = new LoadedModel
        {
            Id = options.Id,
            Type = "scripted",
            ContextLength = context,
            VocabularySize = vocabulary,
            EosTokenIds = [0],
            FileHash = "",
            Created = default,
        };
        Lanes = options.MaxSequences;
        BlockSlots = options.PrefixCacheBytes > 0 ? blockSlots : 0;
        MaxLogitRows = options.DraftTokens + 1;
        _blockTokens = options.PrefixBlockTokens;
        _lanes = new int[Lanes, context];
        _slots = new int[Math.Max(1, BlockSlots), _blockTokens];
        _logits = [.. Enumerable.Range(0, Math.Max(Lanes, MaxLogitRows)).Select(_ => new float[vocabulary])];
    }

    public LoadedModel Model { get; }

    public int Lanes { get; }

    public int LaneTokens => Model.ContextLength;

    public int BlockSlots { get; }

    public int MaxLogitRows { get; }

    /// <summary>Called at the start of every run, on the engine's thread, with the number of the run.</summary>
    public Action<int> OnRun { get; set; } = _ => { };

    /// <summary>Called by a restart.</summary>
    public Action OnRestart { get; set; } = () => { };

    /// <summary>The token that follows a text; never end-of-sequence unless told.</summary>
    public Func<IReadOnlyList<int>, int>? Next { get; set; }

    public int Runs { get; private set; }

    public int PrefilledTokens { get; private set; }

    public int Restarts { get; private set; }

    /// <summary>What the model would go on to say, computed without any engine.</summary>
    public List<int> Continuation(IReadOnlyList<int> prompt, int tokens)
    {
        var all = prompt.ToList();
        for (var i = 0; i < tokens; i++)
            all.Add(NextToken(all));
        return all[prompt.Count..];
    }

    public void Decode(ReadOnlySpan<int> tokens, ReadOnlySpan<int> positions)
    {
        OnRun(++Runs);
        for (var lane = 0; lane < tokens.Length; lane++)
        {
            _lanes[lane, positions[lane]] = tokens[lane];
            WriteLogits(lane, lane, positions[lane] + 1);
        }
    }

    public void Extend(int lane, int position, ReadOnlySpan<int> tokens, int logitRows)
    {
        OnRun(++Runs);
        PrefilledTokens += tokens.Length;
        for (var i = 0; i < tokens.Length; i++)
            _lanes[lane, position + i] = tokens[i];
        for (var row = 0; row < logitRows; row++)
            WriteLogits(row, lane, position + tokens.Length - logitRows + row + 1);
    }

    public Span<float> Logits(int row) => _logits[row];

    public void CopyLane(int from, int to, int tokens)
    {
        for (var i = 0; i < tokens; i++)
            _lanes[to, i] = _lanes[from, i];
    }

    public void SaveBlock(int lane, int firstToken, int slot)
    {
        for (var i = 0; i < _blockTokens; i++)
            _slots[slot, i] = _lanes[lane, firstToken + i];
    }

    public void LoadBlock(int slot, int lane, int firstToken)
    {
        for (var i = 0; i < _blockTokens; i++)
            _lanes[lane, firstToken + i] = _slots[slot, i];
    }

    public void Restart()
    {
        OnRestart();
        Restarts++;
        Array.Clear(_lanes);
        Array.Clear(_slots);
    }

    public bool IsDisposed { get; private set; }

    public void Dispose() => IsDisposed = true;

    private void WriteLogits(int row, int lane, int count)
    {
        var text = new int[count];
        for (var i = 0; i < count; i++)
            text[i] = _lanes[lane, i];
        var logits = _logits[row];
        var hash = Hash(text);
        for (var token = 0; token < logits.Length; token++)
            logits[token] = (float)((hash * (uint)(token * 2 + 1) >> 16) % 97) / 97;
        logits[0] = -5;
        logits[NextToken(text)] = 3;
    }

    private int NextToken(IReadOnlyList<int> text) => Next?.Invoke(text) ?? 1 + (int)(Hash(text) % (uint)(Model.VocabularySize - 1));

    private static uint Hash(IEnumerable<int> text)
    {
        var hash = 2166136261;
        foreach (var token in text)
            hash = (hash ^ (uint)token) * 16777619 + 1;
        return hash ^ hash >> 15;
    }
}
