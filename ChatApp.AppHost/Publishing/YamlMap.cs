namespace ChatApp.AppHost.Publishing;

/// <summary>A mapping that keeps its order. What is null is left out.</summary>
internal sealed class YamlMap : OrderedDictionary<string, object>
{
    public new object? this[string key]
    {
        set
        {
            if (value is not null)
                base[key] = value;
        }
    }
}
