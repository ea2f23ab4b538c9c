using ChatApp.Inference.Constraints.Grammars;

namespace ChatApp.Inference.Constraints;

/// <summary>Compiled grammars of one model, the latest used first, within a bound. Safe for concurrent use.</summary>
internal sealed class ConstraintCache(Func<Vocabulary> vocabulary, IReadOnlyList<int> endTokens)
{
    private const int Capacity = 24;

    private readonly Lock _lock = new();
    private readonly Lazy<Vocabulary> _vocabulary = new(vocabulary);
    private readonly Dictionary<string, LinkedListNode<(string Key, CompiledGrammar Grammar)>> _byKey = new(StringComparer.Ordinal);
    private readonly LinkedList<(string Key, CompiledGrammar Grammar)> _latest = new();

    /// <summary>Number of grammars held.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
                return _byKey.Count;
        }
    }

    /// <summary>The grammar of a key, compiled if it is not there.</summary>
    /// <exception cref="SchemaException">It cannot be compiled; nothing is remembered then.</exception>
    /// <exception cref="ConstraintException">It would cost too much; nothing is remembered then.</exception>
    public CompiledGrammar Get(string key, Func<GrammarNode> compile)
    {
        lock (_lock)
        {
            if (_byKey.TryGetValue(key, out var known))
            {
                _latest.Remove(known);
                _latest.AddFirst(known);
                return known.Value.Grammar;
            }
        }
        var grammar = new CompiledGrammar(compile(), _vocabulary.Value, endTokens);
        // The first mask is made here, on the caller's thread; a schema that is too costly shows itself before anything is generated.
        grammar.Mask(grammar.Start);
        lock (_lock)
        {
            if (_byKey.TryGetValue(key, out var raced))
                return raced.Value.Grammar;
            _byKey.Add(key, _latest.AddFirst((key, grammar)));
            if (_latest.Count > Capacity)
            {
                _byKey.Remove(_latest.Last!.Value.Key);
                _latest.RemoveLast();
            }
        }
        return grammar;
    }
}
