using System.Text.Json;

namespace ChatApp.Inference.Text.Jinja;

/// <summary>JSON as template values.</summary>
public static class JinjaJson
{
    /// <summary>Converts any JSON value; integers stay integers where they fit 64 bits.</summary>
    public static object? ToValue(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.String => element.GetString(),
        // The cast keeps an integer from becoming a float, as the two branches would otherwise share a type.
        JsonValueKind.Number => element.TryGetInt64(out var whole) ? (object)whole : element.GetDouble(),
        JsonValueKind.Array => element.EnumerateArray().Select(ToValue).ToList(),
        JsonValueKind.Object => ToMap(element),
        _ => null,
    };

    /// <summary>Converts a JSON object; of equal keys the last wins.</summary>
    public static JinjaMap ToMap(JsonElement element)
    {
        var map = new JinjaMap();
        foreach (var property in element.EnumerateObject())
            map[property.Name] = ToValue(property.Value);
        return map;
    }
}
