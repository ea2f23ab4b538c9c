using System.Text.Json;
using System.Text.Json.Nodes;
using ChatApp.Inference.Constraints.Patterns;

namespace ChatApp.Inference.Constraints.Schemas;

/// <summary>Schemas that must hold at once (<c>allOf</c>, keywords beside <c>$ref</c> or <c>anyOf</c>) as one schema, where that can be written.</summary>
internal static class SchemaMerge
{
    private const int MaximumParts = 200;

    private static readonly HashSet<string> _annotations =
        ["title", "description", "default", "examples", "example", "$schema", "$id", "$comment", "$defs", "definitions", "deprecated", "readOnly", "writeOnly", "$anchor", "strict"];

    /// <summary>Whether a schema has keywords that constrain, apart from one.</summary>
    public static bool HasConstraints(JsonElement schema, string apartFrom) =>
        schema.EnumerateObject().Any(p => p.Name != apartFrom && !_annotations.Contains(p.Name));

    public static JsonElement Without(JsonElement schema, string keyword)
    {
        var copy = Copy(schema);
        copy.Remove(keyword);
        return Element(copy);
    }

    public static JsonElement Both(JsonElement first, JsonElement second) =>
        Element(new JsonObject { ["allOf"] = new JsonArray(Node(first), Node(second)) });

    /// <summary>One schema for <c>allOf</c> and <c>$ref</c> with what stands beside them.</summary>
    public static JsonElement Flatten(JsonElement schema, Func<string, JsonElement> resolve, string path)
    {
        var merged = new JsonObject();
        var parts = 0;
        Collect(schema, 0);
        return Element(merged);

        void Collect(JsonElement part, int depth)
        {
            if (++parts > MaximumParts || depth > 20)
                throw new SchemaException($"{path}: allOf and $ref are nested too deeply to be merged.");
            if (part.ValueKind == JsonValueKind.True)
                return;
            if (part.ValueKind != JsonValueKind.Object)
                throw new SchemaException($"{path}: allOf has a part that is not an object.");
            foreach (var property in part.EnumerateObject())
            {
                if (property.Name == "allOf" && property.Value.ValueKind == JsonValueKind.Array)
                {
                    foreach (var inner in property.Value.EnumerateArray())
                        Collect(inner, depth + 1);
                }
                else if (property.Name == "$ref" && property.Value.ValueKind == JsonValueKind.String)
                    Collect(resolve(property.Value.GetString()!), depth + 1);
                else if (!_annotations.Contains(property.Name))
                    Put(merged, property, path);
            }
        }
    }

    private static void Put(JsonObject merged, JsonProperty property, string path)
    {
        var value = Node(property.Value);
        if (!merged.TryGetPropertyValue(property.Name, out var present))
        {
            merged[property.Name] = value;
            return;
        }
        if (JsonNode.DeepEquals(present, value))
            return;
        switch (property.Name)
        {
            case "properties" when present is JsonObject have && value is JsonObject more:
                foreach (var (name, schema) in more)
                    have[name] = have.TryGetPropertyValue(name, out var other) ? new JsonObject { ["allOf"] = new JsonArray(other?.DeepClone(), schema?.DeepClone()) } : schema?.DeepClone();
                break;
            case "required" when present is JsonArray have && value is JsonArray more:
                foreach (var name in more)
                    have.Add(name?.DeepClone());
                break;
            case "additionalProperties" when IsFalse(present) || IsFalse(value):
                merged[property.Name] = false;
                break;
            case "minLength" or "minItems" or "minimum" or "exclusiveMinimum" or "minProperties":
                merged[property.Name] = Math.Max(Number(present, path), Number(value, path));
                break;
            case "maxLength" or "maxItems" or "maximum" or "exclusiveMaximum":
                merged[property.Name] = Math.Min(Number(present, path), Number(value, path));
                break;
            case "enum" when present is JsonArray have && value is JsonArray more:
                merged[property.Name] = new JsonArray([.. have.Where(h => more.Any(m => JsonNode.DeepEquals(h, m))).Select(h => h?.DeepClone())]);
                break;
            case "type" when Narrower(present, value) is { } type:
                merged[property.Name] = type;
                break;
            default:
                throw new SchemaException($"{path}: parts of allOf that disagree on '{property.Name}' are not supported.");
        }
    }

    private static JsonNode? Narrower(JsonNode? first, JsonNode? second)
    {
        var common = Names(first).SelectMany(a => Names(second).Select(b => a == b ? a : (a, b) is ("integer", "number") or ("number", "integer") ? "integer" : null))
            .OfType<string>().Distinct().ToList();
        return common.Count switch { 0 => null, 1 => common[0], _ => new JsonArray([.. common.Select(c => (JsonNode)c)]) };
    }

    private static IEnumerable<string> Names(JsonNode? type) =>
        type is JsonArray many ? many.Select(t => t?.ToString() ?? "") : [type?.ToString() ?? ""];

    private static bool IsFalse(JsonNode? node) => node is JsonValue value && value.TryGetValue<bool>(out var flag) && !flag;

    private static decimal Number(JsonNode? node, string path) =>
        node is JsonValue value && value.TryGetValue<decimal>(out var number) ? number : throw new SchemaException($"{path}: a bound is not a number.");

    private static JsonObject Copy(JsonElement schema) => JsonObject.Create(schema.Clone())!.DeepClone().AsObject();

    private static JsonNode? Node(JsonElement element) => JsonSerializer.SerializeToNode(element);

    private static JsonElement Element(JsonNode node) => JsonSerializer.SerializeToElement(node);
}
