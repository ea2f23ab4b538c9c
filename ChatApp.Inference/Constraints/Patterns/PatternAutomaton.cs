using ChatApp.Inference.Constraints.Characters;

namespace ChatApp.Inference.Constraints.Patterns;

/// <summary>
/// A deterministic automaton over Unicode scalars for a pattern together with bounds on the text's length. Every state can still reach
/// an accepting one, so a text that follows it never gets stuck. Bounded in size.
/// </summary>
internal sealed class PatternAutomaton
{
    private const int MaximumStates = 20_000;
    private const long MaximumWork = 1_500_000;

    /// <summary>Control characters that JSON can only write as \u, which is not used here.</summary>
    private static readonly CharacterSet _writable = CharacterSet.Of(('\b', '\n'), ('\f', '\r'), (' ', 0xD7FF), (0xE000, 0x10FFFF));

    private static readonly int[] _escaped = ['"', '\\', '\b', '\f', '\n', '\r', '\t'];

    private readonly List<(int Low, int High, int Next)[]> _states;
    private readonly bool[] _accepts;

    private readonly Lazy<(int[] Of, int Longest)> _rests;

    private PatternAutomaton(List<(int, int, int)[]> states, bool[] accepts)
    {
        (_states, _accepts) = (states, accepts);
        _rests = new(Rests);
    }

    /// <summary>Compiles a pattern; state 0 is the start.</summary>
    /// <exception cref="SchemaException">The pattern is not understood, too large, or no text of the demanded length matches it.</exception>
    public static PatternAutomaton Compile(string pattern, int minimum, int maximum, string path)
    {
        var (nfa, start, end) = PatternParser.Parse(pattern, path);
        var (states, accepts) = Determinize(nfa, start, end, path);
        if (minimum > 0 || maximum < int.MaxValue)
            (states, accepts) = WithLength(states, accepts, minimum, maximum, path);
        return Prune(states, accepts, path);
    }

    public bool Accepts(int state) => _accepts[state];

    /// <summary>Bytes, at most, of the shortest text from a state to one that accepts.</summary>
    public int Rest(int state) => _rests.Value.Of[state];

    /// <summary>The most that any state still needs.</summary>
    public int LongestRest => _rests.Value.Longest;

    /// <summary>The state after a character, or -1.</summary>
    public int Next(int state, int character)
    {
        var transitions = _states[state];
        int low = 0, high = transitions.Length - 1;
        while (low <= high)
        {
            var middle = (low + high) >> 1;
            if (character < transitions[middle].Low)
                high = middle - 1;
            else if (character > transitions[middle].High)
                low = middle + 1;
            else
                return transitions[middle].Next;
        }
        return -1;
    }

    /// <summary>Whether some character of a range can be read.</summary>
    public bool CanRead(int state, int low, int high)
    {
        foreach (var transition in _states[state])
        {
            if (transition.Low <= high && transition.High >= low)
                return true;
        }
        return false;
    }

    /// <summary>Whether some character that is written with a backslash can be read.</summary>
    public bool CanReadEscaped(int state)
    {
        foreach (var character in _escaped)
        {
            if (Next(state, character) >= 0)
                return true;
        }
        return false;
    }

    private (int[] Of, int Longest) Rests()
    {
        var sources = new List<(int State, int Cost)>[_states.Count];
        for (var state = 0; state < _states.Count; state++)
        {
            foreach (var (low, high, next) in _states[state])
                (sources[next] ??= []).Add((state, Bytes(low, high)));
        }
        var rests = new int[_states.Count];
        Array.Fill(rests, int.MaxValue);
        var open = new PriorityQueue<int, int>(Enumerable.Range(0, _states.Count).Where(Accepts).Select(state => (state, 0)));
        while (open.TryDequeue(out var state, out var rest))
        {
            if (rest >= rests[state])
                continue;
            rests[state] = rest;
            foreach (var (source, cost) in sources[state] ?? [])
                open.Enqueue(source, rest + cost);
        }
        // Each state that is left can reach one that accepts, but for those that nothing leads to.
        return (rests, rests.Where(rest => rest < int.MaxValue).Max());
    }

    /// <summary>Bytes, at most, of the shortest character of a range as a JSON string holds it.</summary>
    private static int Bytes(int low, int high) => low > '~' ? 4 : high > low + 2 || (low >= ' ' && low is not ('"' or '\\')) ? 1 : 2;

    private static (List<(int, int, int)[]>, bool[]) Determinize(PatternNfa nfa, int start, int end, string path)
    {
        var alphabet = Alphabet(nfa);
        // Which classes of the alphabet a state's set covers, computed once a state.
        var covers = new int[]?[nfa.Count];
        var ids = new Dictionary<string, int>(StringComparer.Ordinal);
        var sets = new List<int[]>();
        var states = new List<(int, int, int)[]>();
        var accepts = new List<bool>();
        long work = 0;
        Id(Closure(nfa, [start]));
        for (var s = 0; s < sets.Count; s++)
        {
            var targets = new SortedDictionary<int, List<int>>();
            foreach (var state in sets[s])
            {
                if (nfa[state].On is not { } on)
                    continue;
                covers[state] ??= Covered(alphabet, on);
                work += covers[state]!.Length;
                foreach (var letter in covers[state]!)
                {
                    if (!targets.TryGetValue(letter, out var next))
                        targets.Add(letter, next = []);
                    next.Add(nfa[state].Next);
                }
            }
            var transitions = new List<(int Low, int High, int Next)>();
            foreach (var (letter, next) in targets)
            {
                var closure = Closure(nfa, next);
                work += closure.Length + 1;
                var id = Id(closure);
                var (low, high) = alphabet[letter];
                if (transitions.Count > 0 && transitions[^1].High == low - 1 && transitions[^1].Next == id)
                    transitions[^1] = (transitions[^1].Low, high, id);
                else
                    transitions.Add((low, high, id));
            }
            states.Add([.. transitions]);
            if (work > MaximumWork)
                throw TooLarge(path);
        }
        return (states, [.. accepts]);

        int Id(int[] set)
        {
            var key = string.Create(set.Length * 2, set, static (span, values) =>
            {
                for (var i = 0; i < values.Length; i++)
                    (span[2 * i], span[(2 * i) + 1]) = ((char)(values[i] >> 16), (char)values[i]);
            });
            if (ids.TryGetValue(key, out var id))
                return id;
            if (sets.Count >= MaximumStates)
                throw TooLarge(path);
            ids.Add(key, sets.Count);
            sets.Add(set);
            accepts.Add(set.Contains(end));
            return sets.Count - 1;
        }
    }

    private static List<(int Low, int High)> Alphabet(PatternNfa nfa)
    {
        var cuts = new SortedSet<int>();
        for (var i = 0; i < nfa.Count; i++)
        {
            foreach (var (low, high) in nfa[i].On?.Ranges ?? [])
            {
                cuts.Add(low);
                cuts.Add(high + 1);
            }
        }
        foreach (var (low, high) in _writable.Ranges)
        {
            cuts.Add(low);
            cuts.Add(high + 1);
        }
        var sorted = cuts.ToList();
        var letters = new List<(int, int)>();
        for (var i = 0; i + 1 < sorted.Count; i++)
        {
            if (_writable.Ranges.Any(r => sorted[i] >= r.Low && sorted[i] <= r.High))
                letters.Add((sorted[i], sorted[i + 1] - 1));
        }
        return letters;
    }

    private static int[] Covered(List<(int Low, int High)> alphabet, CharacterSet set)
    {
        var covered = new List<int>();
        var range = 0;
        for (var i = 0; i < alphabet.Count && range < set.Ranges.Count;)
        {
            var (low, high) = set.Ranges[range];
            if (alphabet[i].Low > high)
                range++;
            else
            {
                if (alphabet[i].Low >= low)
                    covered.Add(i);
                i++;
            }
        }
        return [.. covered];
    }

    private static int[] Closure(PatternNfa nfa, List<int> states)
    {
        var seen = new SortedSet<int>();
        var waiting = new Stack<int>(states);
        while (waiting.TryPop(out var state))
        {
            if (!seen.Add(state) || nfa[state].On is not null)
                continue;
            if (nfa[state].Next >= 0)
                waiting.Push(nfa[state].Next);
            if (nfa[state].Other >= 0)
                waiting.Push(nfa[state].Other);
        }
        return [.. seen];
    }

    /// <summary>States become pairs of a state and the number of characters read, as far as the bounds tell it apart.</summary>
    private static (List<(int, int, int)[]>, bool[]) WithLength(List<(int Low, int High, int Next)[]> states, bool[] accepts, int minimum, int maximum, string path)
    {
        var ids = new Dictionary<(int, int), int> { [(0, 0)] = 0 };
        var pairs = new List<(int State, int Count)> { (0, 0) };
        var result = new List<(int, int, int)[]>();
        long work = 0;
        for (var i = 0; i < pairs.Count; i++)
        {
            var (state, count) = pairs[i];
            var next = maximum == int.MaxValue ? Math.Min(count + 1, minimum) : count + 1;
            if (next > maximum && count >= maximum)
            {
                result.Add([]);
                continue;
            }
            work += states[state].Length + 1;
            if (work > MaximumWork)
                throw TooLarge(path);
            result.Add([.. states[state].Select(t => (t.Low, t.High, Id(t.Next, next)))]);
        }
        return (result, [.. pairs.Select(p => accepts[p.State] && p.Count >= minimum)]);

        int Id(int state, int count)
        {
            if (ids.TryGetValue((state, count), out var id))
                return id;
            if (pairs.Count >= MaximumStates)
                throw TooLarge(path);
            ids.Add((state, count), pairs.Count);
            pairs.Add((state, count));
            return pairs.Count - 1;
        }
    }

    /// <summary>Takes away transitions into states from which nothing is accepted.</summary>
    private static PatternAutomaton Prune(List<(int Low, int High, int Next)[]> states, bool[] accepts, string path)
    {
        var sources = new List<int>[states.Count];
        for (var i = 0; i < states.Count; i++)
        {
            foreach (var (_, _, next) in states[i])
                (sources[next] ??= []).Add(i);
        }
        var live = new bool[states.Count];
        var waiting = new Stack<int>(Enumerable.Range(0, states.Count).Where(i => accepts[i]));
        while (waiting.TryPop(out var state))
        {
            if (live[state])
                continue;
            live[state] = true;
            foreach (var source in sources[state] ?? [])
                waiting.Push(source);
        }
        if (!live[0])
            throw new SchemaException($"{path}: no text of the demanded length matches the pattern.");
        return new PatternAutomaton([.. states.Select(s => s.Where(t => live[t.Next]).ToArray())], accepts);
    }

    private static SchemaException TooLarge(string path) => new($"{path}: the pattern is too large to be enforced.");
}

/// <summary>A nondeterministic automaton over Unicode scalars, built piece by piece (Thompson's construction) within a bound of states.</summary>
internal sealed class PatternNfa(string path)
{
    private const int MaximumStates = 6000;

    private readonly List<(CharacterSet? On, int Next, int Other)> _states = [];

    public int Count => _states.Count;

    /// <summary>A state: with a set it reads one character to <c>Next</c>; without, it goes to <c>Next</c> and <c>Other</c> (-1: nowhere) at once.</summary>
    public (CharacterSet? On, int Next, int Other) this[int state] => _states[state];

    public int Add(CharacterSet? on = null, int next = -1, int other = -1)
    {
        if (_states.Count >= MaximumStates)
            throw new SchemaException($"{path}: the pattern is too large (counted repetitions multiply).");
        _states.Add((on, next, other));
        return _states.Count - 1;
    }

    public void Link(int state, int next, int other = -1) => _states[state] = (_states[state].On, next, other);
}
