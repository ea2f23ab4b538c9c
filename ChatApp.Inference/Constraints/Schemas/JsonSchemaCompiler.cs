using System.Text.Json;
using ChatApp.Inference.Constraints.Grammars;
using ChatApp.Inference.Constraints.Patterns;

namespace ChatApp.Inference.Constraints.Schemas;

/// <summary>
/// Compiles a JSON schema (2020-12's core as structured outputs use it) to a grammar.
/// Every text of the grammar is valid against the schema. Of the texts that are valid it leaves some out: properties come in declared order;
/// members that are not declared appear only where <c>additionalProperties</c> says so (or nothing is declared); numbers with bounds have no exponent;
/// <c>oneOf</c> must have alternatives that exclude each other (<see cref="SchemaOverlap"/>). Keywords that cannot be kept are refused by name rather than ignored.
/// </summary>
internal sealed class JsonSchemaCompiler
{
    private const int MaximumSchemas = 4000;
    private const int MaximumDepth = 60;
    private const int MaximumAlternatives = 512;
    private const int MaximumTextLength = 256 << 10;

    private static readonly string[] _refused =
    [
        "not", "if", "then", "else", "dependentSchemas", "dependentRequired", "dependencies", "patternProperties", "propertyNames",
        "unevaluatedProperties", "unevaluatedItems", "contains", "minContains", "maxContains", "$dynamicRef", "$recursiveRef", "maxProperties",
    ];

    private readonly JsonElement _root;
    private readonly List<GrammarNode> _nodes = [];
    private readonly Dictionary<string, ReferenceNode> _references = new(StringComparer.Ordinal);
    private GrammarNode? _any;
    private int _schemas;
    private int _depth;

    private JsonSchemaCompiler(JsonElement root) => _root = root;

    /// <summary>A grammar of the texts that a schema allows.</summary>
    /// <exception cref="SchemaException">The schema is wrong, too large, or cannot be enforced.</exception>
    public static GrammarNode Compile(JsonElement schema, string path)
    {
        if (schema.GetRawText().Length > MaximumTextLength)
            throw new SchemaException($"{path}: the schema is longer than {MaximumTextLength} characters.");
        var compiler = new JsonSchemaCompiler(schema);
        try
        {
            return compiler.Finish(compiler.Schema(schema, path), path);
        }
        catch (JsonException)
        {
            throw new SchemaException($"{path}: the schema is nested too deeply to be merged.");
        }
    }

    /// <summary>Any JSON object.</summary>
    public static GrammarNode AnyObject()
    {
        var compiler = new JsonSchemaCompiler(default);
        return compiler.Finish(compiler.Add(new ObjectNode([], compiler.Any())), "response_format");
    }

    /// <summary>Makes the depths and sizes of a grammar known that was put together from compiled parts.</summary>
    public static void ComputeDepths(IReadOnlyList<GrammarNode> nodes)
    {
        for (var changed = true; changed;)
        {
            changed = false;
            foreach (var node in nodes)
                changed |= node is ExpandingNode expanding && expanding.Update();
        }
    }

    private GrammarNode Finish(GrammarNode root, string path)
    {
        List<GrammarNode> all = [.. ObjectNode.SharedParts, .. ArrayNode.SharedParts, .. _nodes];
        foreach (var node in _nodes)
        {
            if (node is ObjectNode o)
                all.AddRange(o.Parts);
            else if (node is ArrayNode a)
                all.AddRange(a.Parts);
        }
        ComputeDepths(all);
        if (root.MinimumDepth > Grammar.MaximumDepth)
            throw new SchemaException($"{path}: no finite text is valid against this schema: it demands itself inside itself.");
        return root;
    }

    private T Add<T>(T node) where T : GrammarNode
    {
        _nodes.Add(node);
        return node;
    }

    private GrammarNode Any()
    {
        if (_any is not null)
            return _any;
        var self = Add(new ReferenceNode());
        _any = self;
        self.Target = Add(new ChoiceNode(
        [
            StringNode.Any, new NumberNode(integer: false), new LiteralSetNode(["true", "false", "null"]),
            Add(new ObjectNode([], self)), Add(new ArrayNode([], self, 0, int.MaxValue)),
        ]));
        return self;
    }

    private GrammarNode Schema(JsonElement schema, string path)
    {
        if (++_schemas > MaximumSchemas)
            throw new SchemaException($"{path}: the schema has more than {MaximumSchemas} parts.");
        if (++_depth > MaximumDepth)
            throw new SchemaException($"{path}: the schema is nested deeper than {MaximumDepth}.");
        var node = schema.ValueKind switch
        {
            JsonValueKind.True => Any(),
            JsonValueKind.False => throw new SchemaException($"{path}: false allows nothing."),
            JsonValueKind.Object => Object(schema, path),
            _ => throw new SchemaException($"{path}: a schema is an object, true or false."),
        };
        _depth--;
        return node;
    }

    private GrammarNode Object(JsonElement schema, string path)
    {
        foreach (var keyword in _refused)
        {
            if (schema.TryGetProperty(keyword, out _))
                throw new SchemaException($"{path}.{keyword} is not supported.");
        }
        if (schema.TryGetProperty("$ref", out var reference))
            return SchemaMerge.HasConstraints(schema, "$ref") ? Merged(schema, path) : Reference(reference, path);
        if (schema.TryGetProperty("allOf", out _))
            return Merged(schema, path);
        foreach (var keyword in (string[])["anyOf", "oneOf"])
        {
            if (schema.TryGetProperty(keyword, out var alternatives))
                return Alternatives(schema, keyword, alternatives, path);
        }
        var node = schema.TryGetProperty("enum", out var values)
            ? new LiteralSetNode(SchemaKeywords.Literals(values, schema, $"{path}.enum").Select(JsonText.Of))
            : schema.TryGetProperty("const", out var constant) ? new LiteralSetNode([JsonText.Of(constant)])
            : Typed(schema, path);
        return schema.TryGetProperty("nullable", out var nullable) && nullable.ValueKind == JsonValueKind.True
            ? Add(new ChoiceNode([node, new LiteralNode("null")])) : node;
    }

    private GrammarNode Merged(JsonElement schema, string path)
    {
        var merged = SchemaMerge.Flatten(schema, r => Resolve(r, path), path);
        return Schema(merged, path);
    }

    private ChoiceNode Alternatives(JsonElement schema, string keyword, JsonElement alternatives, string path)
    {
        if (alternatives.ValueKind != JsonValueKind.Array || alternatives.GetArrayLength() is 0 or > MaximumAlternatives)
            throw new SchemaException($"{path}.{keyword} must be an array of 1 to {MaximumAlternatives} schemas.");
        var nodes = new List<GrammarNode>();
        var shared = SchemaMerge.HasConstraints(schema, keyword);
        foreach (var alternative in alternatives.EnumerateArray())
        {
            var at = $"{path}.{keyword}[{nodes.Count}]";
            nodes.Add(Schema(shared ? SchemaMerge.Both(SchemaMerge.Without(schema, keyword), alternative) : alternative, at));
        }
        if (keyword == "oneOf")
            RequireApart([.. alternatives.EnumerateArray().Select(a => shared ? SchemaMerge.Both(SchemaMerge.Without(schema, keyword), a) : a)], path);
        return Add(new ChoiceNode(nodes));
    }

    /// <summary>A text written for one alternative of <c>oneOf</c> must not be valid against another, which the automaton would not notice.</summary>
    private void RequireApart(List<JsonElement> alternatives, string path)
    {
        var overlap = new SchemaOverlap(r => Resolve(r, path), path);
        for (var i = 0; i < alternatives.Count; i++)
        {
            for (var j = 0; j < alternatives.Count; j++)
            {
                if (i != j && overlap.MayBeBoth(alternatives[i], alternatives[j]))
                {
                    throw new SchemaException(
                        $"{path}.oneOf: what fits alternative {i} may also fit alternative {j}, which oneOf forbids. Use anyOf, or tell the alternatives apart by type or by a required property with a constant of its own.");
                }
            }
        }
    }

    private ReferenceNode Reference(JsonElement reference, string path)
    {
        var pointer = reference.ValueKind == JsonValueKind.String ? reference.GetString()! : throw new SchemaException($"{path}.$ref must be text.");
        if (_references.TryGetValue(pointer, out var known))
            return known;
        var node = Add(new ReferenceNode());
        _references.Add(pointer, node);
        node.Target = Schema(Resolve(pointer, path), pointer);
        return node;
    }

    private JsonElement Resolve(string pointer, string path)
    {
        if (pointer == "#")
            return _root;
        if (!pointer.StartsWith("#/", StringComparison.Ordinal))
            throw new SchemaException($"{path}.$ref '{pointer}' is not supported: only references into the same schema (#/…) are.");
        var at = _root;
        foreach (var part in pointer[2..].Split('/'))
        {
            var name = Uri.UnescapeDataString(part).Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
            if (at.ValueKind == JsonValueKind.Array && int.TryParse(name, out var index) && index >= 0 && index < at.GetArrayLength())
                at = at[index];
            else if (at.ValueKind != JsonValueKind.Object || !at.TryGetProperty(name, out at))
                throw new SchemaException($"{path}.$ref '{pointer}' points to nothing.");
        }
        return at;
    }

    private GrammarNode Typed(JsonElement schema, string path)
    {
        var types = SchemaKeywords.Types(schema) ?? SchemaKeywords.Implied(schema);
        if (types is null)
            return Any();
        if (types.Count is 0 or > 16)
            throw new SchemaException($"{path}.type must name 1 to 16 types.");
        var nodes = types.ConvertAll(t => t switch
        {
            "string" => Text(schema, path),
            "number" or "integer" => Number(schema, t == "integer", path),
            "boolean" => new LiteralSetNode(["true", "false"]),
            "null" => new LiteralNode("null"),
            "object" => Members(schema, path),
            "array" => Items(schema, path),
            _ => throw new SchemaException($"{path}.type '{t}' is not known; accepted: string, number, integer, boolean, null, object, array."),
        });
        return nodes.Count == 1 ? nodes[0] : Add(new ChoiceNode(nodes));
    }

    private static GrammarNode Text(JsonElement schema, string path)
    {
        var minimum = SchemaKeywords.Count(schema, "minLength", path) ?? 0;
        var maximum = SchemaKeywords.Count(schema, "maxLength", path) ?? int.MaxValue;
        if (minimum > maximum)
            throw new SchemaException($"{path}: minLength {minimum} is more than maxLength {maximum}.");
        string? pattern = null;
        if (schema.TryGetProperty("pattern", out var given))
            pattern = given.ValueKind == JsonValueKind.String ? given.GetString() : throw new SchemaException($"{path}.pattern must be text.");
        else if (schema.TryGetProperty("format", out var format) && format.ValueKind == JsonValueKind.String)
            pattern = SchemaFormats.Pattern(format.GetString()!);
        if (pattern is null)
            return new StringNode(minimum, maximum);
        return new PatternNode(PatternAutomaton.Compile(pattern, minimum, maximum, $"{path}.pattern"));
    }

    private static NumberNode Number(JsonElement schema, bool integer, string path)
    {
        if (schema.TryGetProperty("multipleOf", out var multiple) && !(integer && multiple.ValueKind == JsonValueKind.Number && multiple.TryGetDecimal(out var m) && m == 1))
            throw new SchemaException($"{path}.multipleOf is not supported.");
        var (low, lowOpen) = SchemaKeywords.Bound(schema, "minimum", "exclusiveMinimum", path);
        var (high, highOpen) = SchemaKeywords.Bound(schema, "maximum", "exclusiveMaximum", path);
        if (low > high || (!integer && low < high && high - low < 0.000_01m))
            throw new SchemaException($"{path}: no number fits between minimum and maximum, or they are too close.");
        var node = new NumberNode(integer, low, lowOpen, high, highOpen);
        return node.IsPossible ? node : throw new SchemaException($"{path}: no {(integer ? "integer" : "number")} of at most 18 digits fits between minimum and maximum.");
    }

    private ObjectNode Members(JsonElement schema, string path)
    {
        var required = SchemaKeywords.Required(schema, path);
        var minimum = SchemaKeywords.Count(schema, "minProperties", path) ?? 0;
        if (minimum > required.Count)
            throw new SchemaException($"{path}.minProperties is not supported beyond the number of required properties.");
        var members = new List<(string, GrammarNode, bool)>();
        var declared = schema.TryGetProperty("properties", out var properties);
        if (declared)
        {
            if (properties.ValueKind != JsonValueKind.Object)
                throw new SchemaException($"{path}.properties must be an object.");
            var seen = new HashSet<string>(StringComparer.Ordinal);
            foreach (var property in properties.EnumerateObject())
            {
                if (!seen.Add(property.Name))
                    throw new SchemaException($"{path}.properties names '{property.Name}' twice.");
                if (property.Value.ValueKind == JsonValueKind.False && !required.Contains(property.Name))
                    continue;
                members.Add((property.Name, Schema(property.Value, $"{path}.properties.{property.Name}"), required.Contains(property.Name)));
            }
        }
        var further = Further(schema, declared, path);
        foreach (var name in required.Where(n => !members.Exists(m => m.Item1 == n)))
            members.Add((name, further ?? throw new SchemaException($"{path}.required names '{name}', which properties lacks."), true));
        return Add(new ObjectNode(members, further));
    }

    private GrammarNode? Further(JsonElement schema, bool declared, string path)
    {
        if (!schema.TryGetProperty("additionalProperties", out var additional))
            return declared ? null : Any();
        return additional.ValueKind == JsonValueKind.False ? null : Schema(additional, $"{path}.additionalProperties");
    }

    private ArrayNode Items(JsonElement schema, string path)
    {
        if (schema.TryGetProperty("uniqueItems", out var unique) && unique.ValueKind == JsonValueKind.True)
            throw new SchemaException($"{path}.uniqueItems is not supported.");
        var minimum = SchemaKeywords.Count(schema, "minItems", path) ?? 0;
        var maximum = SchemaKeywords.Count(schema, "maxItems", path) ?? int.MaxValue;
        var leading = new List<GrammarNode>();
        var hasItems = schema.TryGetProperty("items", out var items);
        if (schema.TryGetProperty("prefixItems", out var prefix) || (hasItems && items.ValueKind == JsonValueKind.Array))
        {
            // Draft 4 to 2019 write the leading items as an array in "items".
            if (prefix.ValueKind != JsonValueKind.Array)
                (prefix, hasItems) = (items, schema.TryGetProperty("additionalItems", out items));
            foreach (var item in prefix.EnumerateArray())
                leading.Add(Schema(item, $"{path}.prefixItems[{leading.Count}]"));
        }
        var rest = hasItems ? items.ValueKind == JsonValueKind.False ? null : Schema(items, $"{path}.items") : leading.Count > 0 ? null : Any();
        if (minimum > maximum || (rest is null && minimum > leading.Count))
            throw new SchemaException($"{path}: minItems {minimum} is more than the array can have.");
        if (maximum == 0)
            return Add(new ArrayNode([], null, 0, 0));
        return Add(new ArrayNode(leading, rest, minimum, maximum));
    }
}
