namespace ChatApp.Inference.Text.Jinja;

/// <summary>The <c>loop</c> variable inside a <c>for</c>.</summary>
internal sealed class JinjaLoop(List<object?> items, int depth)
{
    private object? _lastChanged = new JinjaUndefined("loop.changed");

    public int Position { get; set; }

    public object? Get(string name) => name switch
    {
        "index" => Position + 1L,
        "index0" => (long)Position,
        "revindex" => (long)(items.Count - Position),
        "revindex0" => (long)(items.Count - Position - 1),
        "first" => Position == 0,
        "last" => Position == items.Count - 1,
        "length" => (long)items.Count,
        "depth" => (long)depth,
        "depth0" => depth - 1L,
        "previtem" => Position > 0 ? items[Position - 1] : new JinjaUndefined("loop.previtem"),
        "nextitem" => Position + 1 < items.Count ? items[Position + 1] : new JinjaUndefined("loop.nextitem"),
        "cycle" => (JinjaFunction)((values, _) => values.Count > 0 ? values[Position % values.Count] : null),
        "changed" => (JinjaFunction)((values, _) => Changed(values)),
        _ => new JinjaUndefined($"'loop.{name}'"),
    };

    private bool Changed(List<object?> values)
    {
        if (_lastChanged is List<object?> last && JinjaValues.Same(last, values))
            return false;
        _lastChanged = values;
        return true;
    }
}
