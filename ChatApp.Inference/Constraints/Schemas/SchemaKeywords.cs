using System.Text.Json;
using ChatApp.Inference.Constraints.Patterns;

namespace ChatApp.Inference.Constraints.Schemas;

/// <summary>Typed access to the keywords of a JSON schema; what does not fit is refused with the keyword's path.</summary>
internal static class SchemaKeywords
{
    private const int MaximumLiterals = 5000;

    /// <summary>The names in <c>type</c>; null when the schema has none.</summary>
    public static List<string>? Types(JsonElement schema)
    {
        if (!schema.TryGetProperty("type", out var type))
            return null;
        return type.ValueKind == JsonValueKind.Array ? [.. type.EnumerateArray().Select(t => t.ValueKind == JsonValueKind.String ? t.GetString()! : "")]
            : [type.ValueKind == JsonValueKind.String ? type.GetString()! : ""];
    }

    /// <summary>Without <c>type</c>, the keywords tell what is meant; null when they do not.</summary>
    public static List<string>? Implied(JsonElement schema)
    {
        if (Has("properties", "required", "additionalProperties", "minProperties"))
            return ["object"];
        if (Has("items", "prefixItems", "minItems", "maxItems"))
            return ["array"];
        if (Has("pattern", "minLength", "maxLength", "format"))
            return ["string"];
        return Has("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf") ? ["number"] : null;

        bool Has(params string[] keywords) => keywords.Any(k => schema.TryGetProperty(k, out _));
    }

    /// <summary>Whether a value is of a type that a schema names.</summary>
    public static bool IsOfType(JsonElement value, string type) => type switch
    {
        "string" => value.ValueKind == JsonValueKind.String,
        "number" => value.ValueKind == JsonValueKind.Number,
        "integer" => value.ValueKind == JsonValueKind.Number && value.TryGetDecimal(out var number) && number == decimal.Floor(number),
        "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        "null" => value.ValueKind == JsonValueKind.Null,
        "array" => value.ValueKind == JsonValueKind.Array,
        _ => value.ValueKind == JsonValueKind.Object,
    };

    /// <summary>The values of <c>enum</c> that are of the demanded types.</summary>
    public static List<JsonElement> Literals(JsonElement values, JsonElement schema, string path)
    {
        if (values.ValueKind != JsonValueKind.Array || values.GetArrayLength() is 0 or > MaximumLiterals)
            throw new SchemaException($"{path} must be an array of 1 to {MaximumLiterals} values.");
        var types = Types(schema);
        var fitting = values.EnumerateArray().Where(v => types is null || types.Exists(t => IsOfType(v, t))).ToList();
        return fitting.Count > 0 ? fitting : throw new SchemaException($"{path} has no value of the demanded type.");
    }

    /// <summary>The names in <c>required</c>.</summary>
    public static HashSet<string> Required(JsonElement schema, string path)
    {
        var required = new HashSet<string>(StringComparer.Ordinal);
        if (!schema.TryGetProperty("required", out var names))
            return required;
        if (names.ValueKind != JsonValueKind.Array || names.EnumerateArray().Any(n => n.ValueKind != JsonValueKind.String))
            throw new SchemaException($"{path}.required must be an array of names.");
        required.UnionWith(names.EnumerateArray().Select(n => n.GetString()!));
        return required;
    }

    /// <summary>A bound of numbers and whether the bound itself is left out.</summary>
    public static (decimal? Value, bool Open) Bound(JsonElement schema, string closed, string open, string path)
    {
        var inclusive = Decimal(schema, closed, path);
        // Draft 4 has a flag of this name.
        if (schema.TryGetProperty(open, out var flag) && flag.ValueKind is JsonValueKind.True or JsonValueKind.False)
            return (inclusive, inclusive is not null && flag.ValueKind == JsonValueKind.True);
        var exclusive = Decimal(schema, open, path);
        if (inclusive is null || exclusive is null)
            return (inclusive ?? exclusive, exclusive is not null);
        var stricter = closed == "minimum" ? exclusive >= inclusive : exclusive <= inclusive;
        return stricter ? (exclusive, true) : (inclusive, false);
    }

    /// <summary>A count, such as <c>maxLength</c>.</summary>
    public static int? Count(JsonElement schema, string keyword, string path)
    {
        if (!schema.TryGetProperty(keyword, out var value))
            return null;
        if (value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) && number >= 0 && number == Math.Floor(number))
            return number >= int.MaxValue ? int.MaxValue - 1 : (int)number;
        throw new SchemaException($"{path}.{keyword} must be a whole number that is not negative.");
    }

    private static decimal? Decimal(JsonElement schema, string keyword, string path)
    {
        if (!schema.TryGetProperty(keyword, out var value))
            return null;
        if (value.ValueKind != JsonValueKind.Number || !value.TryGetDecimal(out var number) || Math.Abs(number) > 1e18m)
            throw new SchemaException($"{path}.{keyword} must be a number between -1e18 and 1e18.");
        return number;
    }
}

/// <summary>Formats of strings that are enforced, as patterns; others are annotations, which is what the standard makes of them.</summary>
internal static class SchemaFormats
{
    private const string Date = "[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])";
    private const string Time = "([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\\.[0-9]{1,6})?(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])";
    private const string Octet = "(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])";

    public static string? Pattern(string format) => format switch
    {
        // Days past the 28th are left out, so that every date exists.
        "date" => $"^{Date}$",
        "time" => $"^{Time}$",
        "date-time" => $"^{Date}T{Time}$",
        "uuid" => "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$",
        "email" => "^[A-Za-z0-9_+-]+(\\.[A-Za-z0-9_+-]+)*@[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)+$",
        "ipv4" => $"^{Octet}\\.{Octet}\\.{Octet}\\.{Octet}$",
        _ => null,
    };
}
