namespace ChatApp.Inference.Constraints.Grammars;

/// <summary>
/// A compiled grammar and its automaton over bytes, which is made as far as texts lead into it and remembered within bounds.
/// Used by one thread at a time.
/// </summary>
internal sealed class Grammar
{
    /// <summary>Deepest nesting of objects and arrays that a text may have.</summary>
    public const int MaximumDepth = 64;

    private const int MaximumStates = 20_000;
    private const int MaximumStacks = 1_000;

    /// <summary>Most stacks stepped for one mask: more would hold up every other answer of the model.</summary>
    private const int MaximumWork = 4_000_000;

    private readonly GrammarSteps _steps = new();
    private readonly Dictionary<StackSet, GrammarState> _states = [];
    private readonly HashSet<GrammarStack> _closure = [];
    private readonly Stack<GrammarStack> _open = new();
    private int _work;

    public Grammar(GrammarNode root)
    {
        _steps.Enter(root, null);
        Start = Settle();
    }

    /// <summary>The state before any byte.</summary>
    public GrammarState Start { get; }

    /// <summary>No byte can follow: the text is wrong. Compared by reference.</summary>
    public static GrammarState Dead { get; } = new([], mayEnd: false);

    /// <summary>The state after a byte.</summary>
    public GrammarState Step(GrammarState state, byte value)
    {
        state.Next ??= new GrammarState?[256];
        return state.Next[value] ??= Compute(state, value);
    }

    /// <summary>The state after the end of a stack's topmost node.</summary>
    public GrammarState After(GrammarStack stack)
    {
        _steps.Found.Clear();
        _steps.End(stack);
        return Settle();
    }

    /// <summary>The state that has only those of a state's stacks for which <paramref name="wanted"/> holds.</summary>
    public GrammarState Only(GrammarState state, Func<GrammarStack, bool> wanted) => StateOf([.. state.Stacks.Where(wanted)], mayEnd: false);

    /// <summary>The beginning of the shortest text that ends from a state.</summary>
    public byte[] ShortestEnd(GrammarState state, int most)
    {
        var text = new List<byte>();
        while (!state.MayEnd && text.Count < most)
        {
            var (best, next) = (0, Dead);
            for (var value = 0; value < 256; value++)
            {
                var after = Step(state, (byte)value);
                if (!ReferenceEquals(after, Dead) && (ReferenceEquals(next, Dead) || after.Rest < next.Rest))
                    (best, next) = (value, after);
            }
            if (ReferenceEquals(next, Dead))
                break;
            text.Add((byte)best);
            state = next;
        }
        return [.. text];
    }

    /// <summary>Forgets what was remembered when it has grown too large. States in use stay valid.</summary>
    public void Trim()
    {
        if (_states.Count <= MaximumStates && _steps.Count <= MaximumStates * 8)
            return;
        _states.Clear();
        _steps.Forget();
        Start.Next = null;
    }

    /// <summary>Begins to count the work of a mask.</summary>
    public void BeginMask() => _work = 0;

    /// <summary>Counts work towards the bound of a mask.</summary>
    /// <exception cref="ConstraintException">It has been passed.</exception>
    public void Spend(int work)
    {
        _work += work;
        if (_work > MaximumWork)
            throw new ConstraintException("The schema leaves too many possibilities open at once.");
    }

    private GrammarState Compute(GrammarState state, byte value)
    {
        Spend(state.Stacks.Length);
        _steps.Found.Clear();
        foreach (var stack in state.Stacks)
            stack.Reader!.Step(stack, value, _steps);
        return Settle();
    }

    /// <summary>Expands what was found until every stack's top consumes bytes.</summary>
    private GrammarState Settle()
    {
        var mayEnd = false;
        _closure.Clear();
        Collect(ref mayEnd);
        while (_open.TryPop(out var stack))
        {
            if (stack.Node is ExpandingNode node)
                node.Expand(stack, _steps);
            else if (stack.Reader!.MayEnd(stack))
                _steps.End(stack);
            Collect(ref mayEnd);
        }
        return StateOf([.. _closure.Where(s => s.Reader is not null)], mayEnd);
    }

    private GrammarState StateOf(GrammarStack[] reading, bool mayEnd)
    {
        if (reading.Length == 0 && !mayEnd)
            return Dead;
        var key = new StackSet(reading, mayEnd);
        if (!_states.TryGetValue(key, out var state))
        {
            state = new GrammarState(reading, mayEnd);
            _states.Add(key, state);
        }
        return state;
    }

    private void Collect(ref bool mayEnd)
    {
        foreach (var stack in _steps.Found)
        {
            if (stack is null)
                mayEnd = true;
            else if (_closure.Add(stack))
                _open.Push(stack);
        }
        _steps.Found.Clear();
        if (_closure.Count > MaximumStacks)
            throw new ConstraintException("The schema leaves too many possibilities open at once.");
    }

    /// <summary>Equality of sets of interned stacks.</summary>
    private readonly struct StackSet(GrammarStack[] stacks, bool mayEnd) : IEquatable<StackSet>
    {
        private readonly GrammarStack[] _stacks = stacks;
        private readonly bool _mayEnd = mayEnd;

        public bool Equals(StackSet other)
        {
            if (_mayEnd != other._mayEnd || _stacks.Length != other._stacks.Length)
                return false;
            foreach (var stack in _stacks)
            {
                if (Array.IndexOf(other._stacks, stack) < 0)
                    return false;
            }
            return true;
        }

        public override bool Equals(object? obj) => obj is StackSet other && Equals(other);

        public override int GetHashCode()
        {
            // Independent of the order in which the stacks were found.
            var hash = _mayEnd ? 1 : 0;
            foreach (var stack in _stacks)
                hash ^= System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(stack);
            return hash;
        }
    }
}
