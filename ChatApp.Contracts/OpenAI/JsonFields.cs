using System.Text.Json;

namespace ChatApp.Contracts.OpenAI;

/// <summary>Reading fields of a JSON object, where null is as good as absent.</summary>
public static class JsonFields
{
    public static JsonElement? Find(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    public static string Text(JsonElement element, string name) =>
        Find(element, name) is { ValueKind: JsonValueKind.String } value ? value.GetString()! : "";

    public static bool IsTrue(JsonElement element, string name) => Find(element, name) is { ValueKind: JsonValueKind.True };

    public static long? WholeNumber(JsonElement element, string name) =>
        Find(element, name) is { ValueKind: JsonValueKind.Number } value && value.TryGetInt64(out var number) ? number : null;
}
