using System.Collections;

namespace ChatApp.Inference.Text.Jinja;

/// <summary>Python's rules of truth, equality, order, iteration and indexing over template values.</summary>
internal static class JinjaValues
{
    public static bool Truth(object? value) => value switch
    {
        null or JinjaUndefined => false,
        bool flag => flag,
        long number => number != 0,
        double number => number != 0,
        string text => text.Length > 0,
        JinjaMap map => map.Count > 0,
        IList list => list.Count > 0,
        _ => true,
    };

    public static bool Same(object? left, object? right, int depth = 0)
    {
        if (depth > 100)
            throw new JinjaException("chat template: compared values are nested too deeply.");
        if (Number(left) is { } a && Number(right) is { } b)
            return a == b;
        return (left, right) switch
        {
            (null, null) => true,
            (JinjaUndefined, JinjaUndefined) => true,
            (string l, string r) => l == r,
            (JinjaMap l, JinjaMap r) => l.Count == r.Count && l.All(e => r.TryGet(e.Key, out var other) && Same(e.Value, other, depth + 1)),
            (IList l, IList r) => l.Count == r.Count && l.Cast<object?>().Zip(r.Cast<object?>()).All(p => Same(p.First, p.Second, depth + 1)),
            _ => ReferenceEquals(left, right),
        };
    }

    public static int Order(object? left, object? right)
    {
        if (Number(left) is { } a && Number(right) is { } b)
            return a.CompareTo(b);
        return (left, right) switch
        {
            (string l, string r) => string.CompareOrdinal(l, r),
            (IList l, IList r) => OrderLists(l, r),
            _ => throw new JinjaException($"chat template: {Kind(left)} and {Kind(right)} cannot be ordered."),
        };
    }

    public static List<object?> Iterate(object? value) => value switch
    {
        JinjaUndefined => [],
        List<object?> list => list,
        string text => [.. text.EnumerateRunes().Select(r => (object?)r.ToString())],
        JinjaMap map => [.. map.Keys],
        IList list => [.. list.Cast<object?>()],
        _ => throw new JinjaException($"chat template: {Kind(value)} cannot be iterated."),
    };

    public static bool Contains(object? container, object? item) => container switch
    {
        string text => item is string part ? text.Contains(part, StringComparison.Ordinal) : throw new JinjaException($"chat template: 'in' looks for text in text, not {Kind(item)}."),
        JinjaMap map => item is string key && map.TryGet(key, out _),
        JinjaUndefined => false,
        _ => Iterate(container).Any(other => Same(other, item)),
    };

    /// <summary>Numeric value; Python's booleans are numbers.</summary>
    public static double? Number(object? value) => value switch
    {
        long number => number,
        double number => number,
        bool flag => flag ? 1 : 0,
        _ => null,
    };

    public static long Integer(object? value, string what) => value switch
    {
        long number => number,
        bool flag => flag ? 1 : 0,
        double number when number == Math.Floor(number) && Math.Abs(number) < 1e15 => (long)number,
        _ => throw new JinjaException($"chat template: {what} must be an integer, not {Kind(value)}."),
    };

    public static string Text(object? value, string what) =>
        value as string ?? throw new JinjaException($"chat template: {what} must be text, not {Kind(value)}.");

    /// <summary>The element at an index or key, or undefined.</summary>
    public static object? Item(object? target, object? key)
    {
        switch (target)
        {
            case JinjaMap map:
                return key is string name && map.TryGet(name, out var value) ? value : new JinjaUndefined($"'{JinjaText.Of(key)}'");
            case string text when key is long or bool:
                var characters = Iterate(text);
                return At(characters, Integer(key, "an index"));
            case List<object?> list when key is long or bool:
                return At(list, Integer(key, "an index"));
            case JinjaUndefined undefined:
                throw new JinjaException($"chat template: {undefined.What} is undefined.");
            default:
                return new JinjaUndefined($"'{JinjaText.Of(key)}'");
        }
    }

    public static object? Slice(object? target, long? start, long? stop, long? step)
    {
        var stride = step ?? 1;
        if (stride == 0)
            throw new JinjaException("chat template: a slice's step must not be zero.");
        var items = Iterate(target);
        var count = items.Count;
        long low = stride > 0 ? 0 : -1, high = stride > 0 ? count : count - 1;
        var from = start is { } s ? Math.Clamp(s < 0 ? s + count : s, low, high) : stride > 0 ? 0 : count - 1;
        var to = stop is { } e ? Math.Clamp(e < 0 ? e + count : e, low, high) : stride > 0 ? count : -1;
        var result = new List<object?>();
        for (var i = from; stride > 0 ? i < to : i > to; i += stride)
            result.Add(items[(int)i]);
        return target is string ? string.Concat(result) : result;
    }

    public static string Kind(object? value) => value switch
    {
        null => "none",
        bool => "a boolean",
        long => "an integer",
        double => "a float",
        string => "text",
        JinjaMap => "a mapping",
        IList => "a list",
        JinjaUndefined undefined => $"{undefined.What}, which is undefined,",
        JinjaFunction => "a function",
        _ => "an object",
    };

    private static object? At(List<object?> list, long index)
    {
        if (index < 0)
            index += list.Count;
        return index >= 0 && index < list.Count ? list[(int)index] : new JinjaUndefined($"element {index}");
    }

    private static int OrderLists(IList left, IList right)
    {
        for (var i = 0; i < Math.Min(left.Count, right.Count); i++)
        {
            if (Order(left[i], right[i]) is not 0 and var order)
                return order;
        }
        return left.Count.CompareTo(right.Count);
    }
}

/// <summary>Something a template can call.</summary>
/// <param name="positional">Arguments by position.</param>
/// <param name="named">Arguments by name.</param>
internal delegate object? JinjaFunction(List<object?> positional, Dictionary<string, object?> named);

/// <summary>What a name or attribute without a value evaluates to: empty when printed or iterated, false in conditions, an error in anything else.</summary>
internal sealed record JinjaUndefined(string What);

/// <summary>What <c>namespace()</c> makes: attributes that inner scopes may set.</summary>
internal sealed class JinjaNamespace
{
    public Dictionary<string, object?> Attributes { get; } = new(StringComparer.Ordinal);
}
