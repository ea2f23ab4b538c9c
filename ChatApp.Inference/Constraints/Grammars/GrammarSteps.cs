namespace ChatApp.Inference.Constraints.Grammars;

/// <summary>Collects the stacks that a step or expansion leads to. Stacks are interned here.</summary>
internal sealed class GrammarSteps
{
    private const int MaximumHeight = 600;

    private readonly Dictionary<(GrammarNode, int, int, int, GrammarStack?), GrammarStack> _interned = [];

    /// <summary>What the current step has led to; null stands for the end of the text.</summary>
    public List<GrammarStack?> Found { get; } = [];

    public int Count => _interned.Count;

    public void Forget() => _interned.Clear();

    /// <summary>A frame on top of others; null when containers would be nested too deeply for the text to end within bounds.</summary>
    public GrammarStack? Push(GrammarNode node, GrammarStack? below, int a = 0, int b = 0, int c = 0)
    {
        if (!_interned.TryGetValue((node, a, b, c, below), out var stack))
        {
            stack = new GrammarStack(node, a, b, c, below);
            _interned.Add((node, a, b, c, below), stack);
        }
        return stack;
    }

    /// <summary>Adds a stack with a node begun on top of <paramref name="below"/>, unless the node could not end within the depth that is left.</summary>
    public void Enter(GrammarNode node, GrammarStack? below)
    {
        if ((below?.Containers ?? 0) + node.MinimumDepth > Grammar.MaximumDepth)
            return;
        if ((below?.Height ?? 0) > MaximumHeight)
            throw new ConstraintException("The grammar's stack has grown too high.");
        Found.Add(Push(node, below));
    }

    /// <summary>Goes on at another position of the same node.</summary>
    public void Move(GrammarStack frame, int a, int b = 0, int c = 0) => Found.Add(Push(frame.Node, frame.Below, a, b, c));

    /// <summary>The node of this frame has ended.</summary>
    public void End(GrammarStack frame) => Found.Add(frame.Below);
}

/// <summary>A constrained answer cannot go on: no token of the vocabulary fits, or the token chosen does not.</summary>
public sealed class ConstraintException(string message) : Exception(message);
