using System.Text.Json;
using System.Text.RegularExpressions;

namespace ChatApp.Tests.Inference.Constraints;

/// <summary>A validator of the keywords the tests use, written apart from the compiler so that the two can disagree.</summary>
internal static class SchemaCheck
{
    public static string? Error(JsonElement schema, JsonElement value, JsonElement root, string path = "$")
    {
        if (schema.ValueKind == JsonValueKind.True)
            return null;
        if (schema.TryGetProperty("$ref", out var reference))
            return Error(Resolve(root, reference.GetString()!), value, root, path);
        if (schema.TryGetProperty("allOf", out var all) && all.EnumerateArray().Select(s => Error(s, value, root, path)).FirstOrDefault(e => e is not null) is { } failed)
            return failed;
        if (schema.TryGetProperty("anyOf", out var any) && any.EnumerateArray().All(s => Error(s, value, root, path) is not null))
            return $"{path}: no alternative fits";
        if (schema.TryGetProperty("oneOf", out var one) && one.EnumerateArray().Count(s => Error(s, value, root, path) is null) is var fitting and not 1)
            return $"{path}: {fitting} alternatives fit";
        if (schema.TryGetProperty("enum", out var values) && !values.EnumerateArray().Any(v => JsonElement.DeepEquals(v, value)))
            return $"{path}: not in enum";
        if (schema.TryGetProperty("const", out var constant) && !JsonElement.DeepEquals(constant, value))
            return $"{path}: not the constant";
        if (schema.TryGetProperty("type", out var type) && !Types(type).Any(t => IsType(value, t)))
            return $"{path}: {value.ValueKind} is not {type}";
        return value.ValueKind switch
        {
            JsonValueKind.String => Text(schema, value.GetString()!, path),
            JsonValueKind.Number => Number(schema, value.GetDecimal(), path),
            JsonValueKind.Array => Array(schema, value, root, path),
            JsonValueKind.Object => Object(schema, value, root, path),
            _ => null,
        };
    }

    private static string? Text(JsonElement schema, string text, string path)
    {
        var length = text.EnumerateRunes().Count();
        if (schema.TryGetProperty("minLength", out var minimum) && length < minimum.GetInt32())
            return $"{path}: too short";
        if (schema.TryGetProperty("maxLength", out var maximum) && length > maximum.GetInt32())
            return $"{path}: too long ({length})";
        return schema.TryGetProperty("pattern", out var pattern) && !Regex.IsMatch(text, pattern.GetString()!, RegexOptions.ECMAScript) ? $"{path}: '{text}' does not match {pattern}" : null;
    }

    private static string? Number(JsonElement schema, decimal number, string path)
    {
        if (schema.TryGetProperty("minimum", out var low) && number < low.GetDecimal())
            return $"{path}: {number} too small";
        if (schema.TryGetProperty("maximum", out var high) && number > high.GetDecimal())
            return $"{path}: {number} too large";
        if (schema.TryGetProperty("exclusiveMinimum", out low) && number <= low.GetDecimal())
            return $"{path}: {number} too small";
        return schema.TryGetProperty("exclusiveMaximum", out high) && number >= high.GetDecimal() ? $"{path}: {number} too large" : null;
    }

    private static string? Array(JsonElement schema, JsonElement value, JsonElement root, string path)
    {
        var count = value.GetArrayLength();
        if (schema.TryGetProperty("minItems", out var minimum) && count < minimum.GetInt32())
            return $"{path}: too few items";
        if (schema.TryGetProperty("maxItems", out var maximum) && count > maximum.GetInt32())
            return $"{path}: too many items";
        return schema.TryGetProperty("items", out var items)
            ? value.EnumerateArray().Select((v, i) => Error(items, v, root, $"{path}[{i}]")).FirstOrDefault(e => e is not null)
            : null;
    }

    private static string? Object(JsonElement schema, JsonElement value, JsonElement root, string path)
    {
        if (schema.TryGetProperty("required", out var required) && required.EnumerateArray().FirstOrDefault(n => !value.TryGetProperty(n.GetString()!, out _)) is { ValueKind: JsonValueKind.String } missing)
            return $"{path}: {missing} is missing";
        foreach (var member in value.EnumerateObject())
        {
            if (schema.TryGetProperty("properties", out var properties) && properties.TryGetProperty(member.Name, out var own))
            {
                if (Error(own, member.Value, root, $"{path}.{member.Name}") is { } error)
                    return error;
            }
            else if (schema.TryGetProperty("additionalProperties", out var further))
            {
                if (further.ValueKind == JsonValueKind.False)
                    return $"{path}: {member.Name} is not declared";
                if (Error(further, member.Value, root, $"{path}.{member.Name}") is { } error)
                    return error;
            }
        }
        return null;
    }

    private static IEnumerable<string> Types(JsonElement type) =>
        type.ValueKind == JsonValueKind.Array ? type.EnumerateArray().Select(t => t.GetString()!) : [type.GetString()!];

    private static bool IsType(JsonElement value, string type) => type switch
    {
        "integer" => value.ValueKind == JsonValueKind.Number && value.GetDecimal() % 1 == 0,
        "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        _ => string.Equals(value.ValueKind.ToString(), type, StringComparison.OrdinalIgnoreCase),
    };

    private static JsonElement Resolve(JsonElement root, string pointer) =>
        pointer == "#" ? root : pointer[2..].Split('/').Aggregate(root, (at, name) => at.GetProperty(name));
}
