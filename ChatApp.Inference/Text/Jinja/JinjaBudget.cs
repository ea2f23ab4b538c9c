namespace ChatApp.Inference.Text.Jinja;

/// <summary>What a rendering has used of its limits. Filters and methods account through the one that is current on their thread.</summary>
internal sealed class JinjaBudget(JinjaLimits limits)
{
    [ThreadStatic]
    private static JinjaBudget? _current;

    private long _steps;
    private long _charged;
    private int _depth;

    public JinjaLimits Limits => limits;

    /// <summary>Accounts for text produced or searched by a filter or method of the template that is being rendered on this thread.</summary>
    public static void Charge(long characters) => _current?.ChargeOwn(characters);

    /// <summary>Makes this the thread's budget; returns the one before, to be restored.</summary>
    public JinjaBudget? Begin()
    {
        var outer = _current;
        _current = this;
        return outer;
    }

    public static void Restore(JinjaBudget? outer) => _current = outer;

    public void Step()
    {
        if (++_steps > limits.Steps)
            throw new JinjaException("chat template: it takes too many steps to render.");
    }

    public void Enter()
    {
        if (++_depth > limits.Depth)
            throw new JinjaException($"chat template: calls and loops are nested deeper than {limits.Depth}.");
    }

    public void Leave() => _depth--;

    private void ChargeOwn(long characters)
    {
        _charged += characters;
        _steps += characters >> 6;
        // Text held at once is bounded by what was ever produced.
        if (_steps > limits.Steps || _charged > limits.Steps * 64)
            throw new JinjaException("chat template: it takes too many steps to render.");
        if (characters > limits.OutputCharacters)
            throw new JinjaException($"chat template: a text of more than {limits.OutputCharacters} characters.");
    }
}
