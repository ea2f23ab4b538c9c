namespace ChatApp.Inference.Text.Jinja;

/// <summary>Variables visible at a point: a loop's or macro's own, then those around it.</summary>
internal sealed class JinjaScope(JinjaScope? outer)
{
    private readonly Dictionary<string, object?> _variables = new(StringComparer.Ordinal);

    public void Set(string name, object? value) => _variables[name] = value;

    public object? Get(string name)
    {
        for (var scope = this; scope is not null; scope = scope.Outer)
        {
            if (scope._variables.TryGetValue(name, out var value))
                return value;
        }
        return new JinjaUndefined($"'{name}'");
    }

    private JinjaScope? Outer { get; } = outer;
}
