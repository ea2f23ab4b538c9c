using System.Collections;

namespace ChatApp.Inference.Text.Jinja;

/// <summary>A mapping of a template: string keys in the order they were added.</summary>
public sealed class JinjaMap : IEnumerable<KeyValuePair<string, object?>>
{
    private readonly OrderedDictionary<string, object?> _entries = new(StringComparer.Ordinal);

    /// <summary>Number of entries.</summary>
    public int Count => _entries.Count;

    /// <summary>Keys in order.</summary>
    public IEnumerable<string> Keys => _entries.Keys;

    /// <summary>Values in order.</summary>
    public IEnumerable<object?> Values => _entries.Values;

    /// <summary>Value of a key; setting a key anew keeps its place.</summary>
    public object? this[string key]
    {
        get => _entries[key];
        set => _entries[key] = value;
    }

    /// <summary>Adds or replaces an entry (for collection initializers).</summary>
    public void Add(string key, object? value) => _entries[key] = value;

    /// <summary>Looks a key up.</summary>
    public bool TryGet(string key, out object? value) => _entries.TryGetValue(key, out value);

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<string, object?>> GetEnumerator() => _entries.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
