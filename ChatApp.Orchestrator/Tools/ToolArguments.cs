using System.Text.Json;
using ChatApp.ServiceDefaults;
using Microsoft.Extensions.AI;

namespace ChatApp.Orchestrator.Tools;

/// <summary>
/// Checks what a model wrote as arguments against the tool's schema, as far as schemas of arguments go: an object with
/// required properties, their types, choices and lengths. Other keywords are the tool's own to check.
/// </summary>
internal static class ToolArguments
{
    private const int Longest = 32 * 1024;
    private static readonly JsonDocumentOptions Limits = new() { MaxDepth = 32, AllowDuplicateProperties = false };

    /// <exception cref="ToolException">They do not fit.</exception>
    public static AIFunctionArguments Read(JsonElement schema, string arguments)
    {
        if (arguments.Length > Longest)
            throw new ToolException($"the arguments have {arguments.Length} characters; at most {Longest} are possible.");
        JsonElement given;
        try
        {
            using var document = JsonDocument.Parse(string.IsNullOrWhiteSpace(arguments) ? "{}" : arguments, Limits);
            given = document.RootElement.Clone();
        }
        catch (JsonException)
        {
            throw new ToolException("the arguments are not valid JSON.");
        }

        if (given.ValueKind != JsonValueKind.Object)
            throw new ToolException("the arguments must be an object.");
        Check(schema, given, "the arguments");
        return new AIFunctionArguments(given.EnumerateObject().ToDictionary(property => property.Name, property => (object?)property.Value));
    }

    /// <summary>A text among arguments that fit their schema; null where it was left out.</summary>
    public static string? Text(this AIFunctionArguments arguments, string name) => arguments.GetValueOrDefault(name) is JsonElement value ? value.GetString() : null;

    /// <summary>A number that the schema requires.</summary>
    public static double Number(this AIFunctionArguments arguments, string name) => ((JsonElement)arguments[name]!).GetDouble();

    private static void Check(JsonElement schema, JsonElement value, string where)
    {
        if (schema.ValueKind != JsonValueKind.Object)
            return;
        if (schema.TryGetProperty("type", out var type) && type.ValueKind == JsonValueKind.String && !IsOfType(value, type.GetString()!))
            throw new ToolException($"{where} must be {Article(type.GetString()!)}.");
        if (schema.TryGetProperty("enum", out var choices) && choices.ValueKind == JsonValueKind.Array
            && !choices.EnumerateArray().Any(choice => JsonElement.DeepEquals(choice, value)))
            throw new ToolException($"{where} must be one of {string.Join(", ", choices.EnumerateArray().Select(choice => choice.ToString()))}.");
        if (value.ValueKind == JsonValueKind.String && schema.TryGetProperty("maxLength", out var longest) && longest.TryGetInt32(out var most)
            && value.GetString()!.Length > most)
            throw new ToolException($"{where} has more than {most} characters.");
        if (value.ValueKind == JsonValueKind.Object)
            CheckProperties(schema, value);
        if (value.ValueKind == JsonValueKind.Array && schema.TryGetProperty("items", out var items))
        {
            foreach (var item in value.EnumerateArray())
                Check(items, item, $"an item of {where}");
        }
    }

    private static void CheckProperties(JsonElement schema, JsonElement value)
    {
        if (schema.TryGetProperty("required", out var required) && required.ValueKind == JsonValueKind.Array)
        {
            foreach (var name in required.EnumerateArray())
            {
                if (name.ValueKind == JsonValueKind.String && !value.TryGetProperty(name.GetString()!, out _))
                    throw new ToolException($"'{name.GetString()}' is missing.");
            }
        }

        if (!schema.TryGetProperty("properties", out var properties) || properties.ValueKind != JsonValueKind.Object)
            return;
        var isClosed = schema.TryGetProperty("additionalProperties", out var others) && others.ValueKind == JsonValueKind.False;
        foreach (var given in value.EnumerateObject())
        {
            if (properties.TryGetProperty(given.Name, out var expected))
                Check(expected, given.Value, $"'{given.Name}'");
            else if (isClosed)
                throw new ToolException($"there is no argument '{Shortened(given.Name)}'; accepted: {string.Join(", ", properties.EnumerateObject().Select(p => p.Name))}.");
        }
    }

    private static bool IsOfType(JsonElement value, string type) => type switch
    {
        "string" => value.ValueKind == JsonValueKind.String,
        "number" => value.ValueKind == JsonValueKind.Number,
        "integer" => value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out _),
        "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        "array" => value.ValueKind == JsonValueKind.Array,
        "object" => value.ValueKind == JsonValueKind.Object,
        "null" => value.ValueKind == JsonValueKind.Null,
        _ => true,
    };

    private static string Article(string type) => type is "integer" or "array" or "object" ? $"an {type}" : $"a {type}";

    private static string Shortened(string name) => name.Beginning(40);
}
