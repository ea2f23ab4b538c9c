using System.Text.Json;

namespace ChatApp.Inference.Constraints.Schemas;

/// <summary>
/// Tells whether texts written for one schema can be valid against another: <c>oneOf</c> is kept only where no text written for an alternative is
/// valid against a second one. Answers yes wherever it cannot show the opposite by types, constants or properties.
/// </summary>
internal sealed class SchemaOverlap(Func<string, JsonElement> resolve, string path)
{
    private const int MaximumDepth = 6;
    private const int MaximumWork = 20_000;

    private static readonly string[] _allTypes = ["object", "array", "string", "number", "boolean", "null"];

    private int _work;

    /// <summary>Whether a text that is written for <paramref name="written"/> may be valid against <paramref name="other"/>.</summary>
    public bool MayBeBoth(JsonElement written, JsonElement other) => MayBeBoth(written, other, 0);

    private bool MayBeBoth(JsonElement written, JsonElement other, int depth)
    {
        if (depth > MaximumDepth || ++_work > MaximumWork)
            return true;
        if (written.ValueKind != JsonValueKind.Object || other.ValueKind != JsonValueKind.Object)
            return true;
        written = Flat(written);
        other = Flat(other);
        if (Alternatives(written) is { } ofWritten)
            return ofWritten.Any(a => MayBeBoth(a, other, depth + 1));
        if (Alternatives(other) is { } ofOther)
            return ofOther.Any(a => MayBeBoth(written, a, depth + 1));
        if (Literals(written) is { } literals)
            return literals.Exists(l => MayBe(l, other));
        if (Literals(other) is { } others)
            return others.Exists(l => MayBe(l, written));
        var common = Types(written).Intersect(Types(other)).ToList();
        return common.Count > 0 && (common is not ["object"] || MayBeBothObjects(written, other, depth));
    }

    private JsonElement Flat(JsonElement schema) =>
        schema.TryGetProperty("$ref", out _) || schema.TryGetProperty("allOf", out _) ? SchemaMerge.Flatten(schema, resolve, path) : schema;

    private bool MayBeBothObjects(JsonElement written, JsonElement other, int depth)
    {
        var needs = SchemaKeywords.Required(written, path);
        var wants = SchemaKeywords.Required(other, path);
        foreach (var name in wants)
        {
            // Undeclared members are written only where the schema says so.
            if (!needs.Contains(name) && Property(written, name) is null && written.TryGetProperty("properties", out _) && !AllowsMore(written, otherwise: false))
                return false;
        }
        foreach (var name in needs.Union(wants))
        {
            if (Property(written, name) is { } mine && Property(other, name) is { } theirs && !MayBeBoth(mine, theirs, depth + 1))
                return false;
        }
        return !needs.Any(n => Property(other, n) is null && !AllowsMore(other, otherwise: true));
    }

    /// <summary>Whether a constant may be valid: wrong type, wrong length and other constants say no.</summary>
    private bool MayBe(JsonElement literal, JsonElement schema)
    {
        if (Literals(schema) is { } allowed && !allowed.Exists(a => JsonElement.DeepEquals(a, literal)))
            return false;
        if (literal.ValueKind == JsonValueKind.String)
        {
            var length = literal.GetString()!.EnumerateRunes().Count();
            if (length < SchemaKeywords.Count(schema, "minLength", path) || length > SchemaKeywords.Count(schema, "maxLength", path))
                return false;
        }
        return Types(schema).Any(t => SchemaKeywords.IsOfType(literal, t));
    }

    private static List<JsonElement>? Literals(JsonElement schema)
    {
        if (schema.TryGetProperty("const", out var constant))
            return [constant];
        return schema.TryGetProperty("enum", out var values) && values.ValueKind == JsonValueKind.Array ? [.. values.EnumerateArray()] : null;
    }

    private static IEnumerable<JsonElement>? Alternatives(JsonElement schema)
    {
        foreach (var keyword in (string[])["anyOf", "oneOf"])
        {
            if (schema.TryGetProperty(keyword, out var alternatives) && alternatives.ValueKind == JsonValueKind.Array)
                return [.. alternatives.EnumerateArray().Select(a => SchemaMerge.Both(SchemaMerge.Without(schema, keyword), a))];
        }
        return null;
    }

    private static JsonElement? Property(JsonElement schema, string name) =>
        schema.TryGetProperty("properties", out var properties) && properties.ValueKind == JsonValueKind.Object && properties.TryGetProperty(name, out var property)
            ? property : null;

    private static bool AllowsMore(JsonElement schema, bool otherwise) =>
        schema.TryGetProperty("additionalProperties", out var more) ? more.ValueKind != JsonValueKind.False : otherwise;

    /// <summary>Types a value may have; integers count as numbers.</summary>
    private static List<string> Types(JsonElement schema)
    {
        var types = SchemaKeywords.Types(schema) ?? SchemaKeywords.Implied(schema);
        if (types is null)
            return [.. _allTypes];
        if (schema.TryGetProperty("nullable", out var nullable) && nullable.ValueKind == JsonValueKind.True)
            types.Add("null");
        return types.ConvertAll(t => t == "integer" ? "number" : t);
    }
}
