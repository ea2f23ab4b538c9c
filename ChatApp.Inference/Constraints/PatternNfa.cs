namespace ChatApp.Inference.Constraints;

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
