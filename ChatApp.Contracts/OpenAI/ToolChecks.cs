using System.Text.Json;
using System.Text.RegularExpressions;

namespace ChatApp.Contracts.OpenAI;

/// <summary>Checks of tools, the choice among them, and the format of the answer.</summary>
internal static partial class ToolChecks
{
    public static OpenAIError? Tools(JsonElement value, string at)
    {
        if (value.ValueKind != JsonValueKind.Array || value.GetArrayLength() is 0 or > RequestLimits.Tools)
            return OpenAIError.Invalid($"'{at}' must be a list of 1 to {RequestLimits.Tools} tools.", at, "invalid_value");
        var names = new HashSet<string>(StringComparer.Ordinal);
        var index = 0;
        foreach (var tool in value.EnumerateArray())
        {
            var path = $"{at}[{index++}]";
            if (tool.ValueKind != JsonValueKind.Object || !IsText(tool, "type", "function"))
                return OpenAIError.Invalid($"'{path}.type' must be \"function\".", $"{path}.type", "invalid_value");
            if (!tool.TryGetProperty("function", out var function))
                return OpenAIError.Invalid($"'{path}.function' is required.", $"{path}.function", "missing_required_parameter");
            if (CheckFunction(function, $"{path}.function") is { } error)
                return error;
            if (!names.Add(function.GetProperty("name").GetString()!))
                return OpenAIError.Invalid($"'{path}.function.name' is used twice.", $"{path}.function.name", "invalid_value");
        }

        return null;
    }

    public static OpenAIError? ToolChoice(JsonElement value, string at)
    {
        if (value.ValueKind == JsonValueKind.String && value.GetString() is "none" or "auto" or "required")
            return null;
        return value.ValueKind == JsonValueKind.Object && IsText(value, "type", "function")
            && value.TryGetProperty("function", out var function) && function.ValueKind == JsonValueKind.Object
            && function.TryGetProperty("name", out var name) && name.ValueKind == JsonValueKind.String
                ? null
                : OpenAIError.Invalid($"'{at}' must be none, auto, required, or {{\"type\": \"function\", \"function\": {{\"name\": ...}}}}.", at, "invalid_value");
    }

    /// <summary>Whether a choice, already checked, names one of the tools.</summary>
    public static bool Offers(JsonElement tools, JsonElement choice) =>
        tools.EnumerateArray().Any(tool => tool.GetProperty("function").GetProperty("name").ValueEquals(choice.GetProperty("function").GetProperty("name").GetString()));

    public static OpenAIError? ResponseFormat(JsonElement value, string at)
    {
        if (value.ValueKind != JsonValueKind.Object || !value.TryGetProperty("type", out var type) || type.ValueKind != JsonValueKind.String
            || type.GetString() is not ("text" or "json_object" or "json_schema"))
        {
            return OpenAIError.Invalid($"'{at}.type' must be one of: text, json_object, json_schema.", $"{at}.type", "invalid_value");
        }

        if (type.GetString() != "json_schema")
            return null;
        var path = $"{at}.json_schema";
        if (!value.TryGetProperty("json_schema", out var schema) || schema.ValueKind != JsonValueKind.Object)
            return OpenAIError.Invalid($"'{path}' is required with the type json_schema.", path, "missing_required_parameter");
        if (!schema.TryGetProperty("name", out var name) || name.ValueKind != JsonValueKind.String || !Name().IsMatch(name.GetString()!))
            return OpenAIError.Invalid($"'{path}.name' must be 1 to 64 letters, digits, dashes or underscores.", $"{path}.name", "invalid_value");
        return schema.TryGetProperty("schema", out var definition) && definition.ValueKind == JsonValueKind.Object
            ? null
            : OpenAIError.Invalid($"'{path}.schema' must be a JSON schema.", $"{path}.schema", "invalid_value");
    }

    private static OpenAIError? CheckFunction(JsonElement function, string at)
    {
        if (function.ValueKind != JsonValueKind.Object)
            return OpenAIError.Invalid($"'{at}' must be an object with 'name' and 'parameters'.", at, "invalid_type");
        if (!function.TryGetProperty("name", out var name) || name.ValueKind != JsonValueKind.String || !Name().IsMatch(name.GetString()!))
            return OpenAIError.Invalid($"'{at}.name' must be 1 to 64 letters, digits, dashes or underscores.", $"{at}.name", "invalid_value");
        if (function.TryGetProperty("parameters", out var parameters) && parameters.ValueKind is not (JsonValueKind.Object or JsonValueKind.Null))
            return OpenAIError.Invalid($"'{at}.parameters' must be a JSON schema.", $"{at}.parameters", "invalid_type");
        return null;
    }

    private static bool IsText(JsonElement element, string name, string text) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && value.GetString() == text;

    [GeneratedRegex("^[a-zA-Z0-9_-]{1,64}$")]
    private static partial Regex Name();
}
