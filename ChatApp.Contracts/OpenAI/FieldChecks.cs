using System.Globalization;
using System.Text.Json;

namespace ChatApp.Contracts.OpenAI;

/// <summary>Checks of single fields; each error names the field and says what it may hold.</summary>
internal static class FieldChecks
{
    public static OpenAIError? Text(JsonElement value, string at) =>
        value.ValueKind == JsonValueKind.String && value.GetString()!.Length <= RequestLimits.LongestName
            ? null
            : OpenAIError.Invalid($"'{at}' must be a string of at most {RequestLimits.LongestName} characters.", at, "invalid_type");

    public static OpenAIError? LongText(JsonElement value, string at) =>
        value.ValueKind == JsonValueKind.String ? null : OpenAIError.Invalid($"'{at}' must be a string.", at, "invalid_type");

    public static OpenAIError? Flag(JsonElement value, string at) =>
        value.ValueKind is JsonValueKind.True or JsonValueKind.False ? null : OpenAIError.Invalid($"'{at}' must be true or false.", at, "invalid_type");

    public static OpenAIError? Object(JsonElement value, string at) =>
        value.ValueKind == JsonValueKind.Object ? null : OpenAIError.Invalid($"'{at}' must be an object.", at, "invalid_type");

    public static Func<JsonElement, string, OpenAIError?> Number(double min, double max) => (value, at) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) && number >= min && number <= max
            ? null
            : OpenAIError.Invalid(string.Create(CultureInfo.InvariantCulture, $"'{at}' must be a number from {min} to {max}."), at, "invalid_value");

    public static Func<JsonElement, string, OpenAIError?> Integer(long min, long max) => (value, at) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) && number >= min && number <= max
            ? null
            : OpenAIError.Invalid(max == long.MaxValue ? $"'{at}' must be a whole number of at least {min}." : $"'{at}' must be a whole number from {min} to {max}.", at, "invalid_value");

    public static Func<JsonElement, string, OpenAIError?> OneOf(params string[] values) => (value, at) =>
        value.ValueKind == JsonValueKind.String && values.Contains(value.GetString())
            ? null
            : OpenAIError.Invalid($"'{at}' must be one of: {string.Join(", ", values)}.", at, "invalid_value");

    /// <summary>The field is known and not served; <paramref name="remedy"/> says what to do instead.</summary>
    public static Func<JsonElement, string, OpenAIError?> Unsupported(string remedy) => (_, at) =>
        OpenAIError.Invalid($"'{at}' is not supported here; {remedy}", at, "unsupported_parameter");

    /// <summary>The one value that asks for nothing is accepted, every other refused.</summary>
    public static Func<JsonElement, string, OpenAIError?> OnlyFalse(string remedy) => (value, at) =>
        value.ValueKind == JsonValueKind.False ? null : Unsupported(remedy)(value, at);

    public static OpenAIError? Stop(JsonElement value, string at) =>
        value.ValueKind == JsonValueKind.String && value.GetString()!.Length <= RequestLimits.LongestStop
        || value.ValueKind == JsonValueKind.Array && value.GetArrayLength() <= RequestLimits.Stops
            && value.EnumerateArray().All(item => item.ValueKind == JsonValueKind.String && item.GetString()!.Length is > 0 and <= RequestLimits.LongestStop)
            ? null
            : OpenAIError.Invalid($"'{at}' must be a string or a list of at most {RequestLimits.Stops} strings, each of 1 to {RequestLimits.LongestStop} characters.", at, "invalid_value");

    public static OpenAIError? LogitBias(JsonElement value, string at)
    {
        if (value.ValueKind != JsonValueKind.Object)
            return OpenAIError.Invalid($"'{at}' must be an object of token ids and biases.", at, "invalid_type");
        var count = 0;
        foreach (var bias in value.EnumerateObject())
        {
            if (++count > RequestLimits.LogitBiases)
                return OpenAIError.Invalid($"'{at}' must have at most {RequestLimits.LogitBiases} entries.", at, "invalid_value");
            if (!int.TryParse(bias.Name, NumberStyles.None, CultureInfo.InvariantCulture, out _)
                || bias.Value.ValueKind != JsonValueKind.Number || !bias.Value.TryGetDouble(out var number) || number is < -100 or > 100)
            {
                return OpenAIError.Invalid($"'{at}' must map token ids to numbers from -100 to 100.", at, "invalid_value");
            }
        }

        return null;
    }

    public static OpenAIError? Metadata(JsonElement value, string at) =>
        value.ValueKind == JsonValueKind.Object
        && value.EnumerateObject().Count() <= RequestLimits.MetadataEntries
        && value.EnumerateObject().All(pair => pair.Name.Length <= 64 && pair.Value.ValueKind == JsonValueKind.String && pair.Value.GetString()!.Length <= 512)
            ? null
            : OpenAIError.Invalid($"'{at}' must have at most {RequestLimits.MetadataEntries} entries: keys of at most 64 characters, values strings of at most 512.", at, "invalid_value");

    public static OpenAIError? StreamOptions(JsonElement value, string at)
    {
        if (Object(value, at) is { } wrong)
            return wrong;
        foreach (var option in value.EnumerateObject())
        {
            var path = $"{at}.{option.Name}";
            if (option.Name is not ("include_usage" or "include_obfuscation"))
                return OpenAIError.Invalid($"'{path}' is not a known option; there is include_usage.", path, "unknown_parameter");
            if (option.Value.ValueKind != JsonValueKind.Null && Flag(option.Value, path) is { } error)
                return error;
        }

        return null;
    }

    /// <summary>The object of the Responses protocol and of OpenRouter; what a model thinks always comes whole, so that a summary asks for nothing more.</summary>
    public static OpenAIError? Reasoning(JsonElement value, string at)
    {
        if (Object(value, at) is { } wrong)
            return wrong;
        foreach (var option in value.EnumerateObject())
        {
            var path = $"{at}.{option.Name}";
            if (option.Value.ValueKind == JsonValueKind.Null)
                continue;
            var error = option.Name switch
            {
                "effort" => OneOf([.. RequestLimits.ReasoningEfforts])(option.Value, path),
                "summary" or "generate_summary" => OneOf("auto", "concise", "detailed")(option.Value, path),
                "enabled" => Flag(option.Value, path),
                "exclude" => OnlyFalse("leave it out.")(option.Value, path),
                "max_tokens" => Unsupported("use 'effort'.")(option.Value, path),
                _ => OpenAIError.Invalid($"'{path}' is not a known option; there are effort, summary and enabled.", path, "unknown_parameter"),
            };
            if (error is not null)
                return error;
        }

        return null;
    }

    public static OpenAIError? OnlyText(JsonElement value, string at) =>
        value.ValueKind == JsonValueKind.Array && value.GetArrayLength() == 1 && value[0].ValueKind == JsonValueKind.String && value[0].GetString() == "text"
            ? null
            : OpenAIError.Invalid($"'{at}' must be [\"text\"]: answers are text.", at, "unsupported_value");
}
