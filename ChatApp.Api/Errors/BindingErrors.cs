using System.Text.Json;
using System.Text.RegularExpressions;
using ChatApp.Contracts.OpenAI;

namespace ChatApp.Api.Errors;

/// <summary>What is wrong with a request that does not fit its endpoint, in the words of who sent it: the framework's name our types.</summary>
internal static partial class BindingErrors
{
    public static OpenAIError From(BadHttpRequestException bad)
    {
        if (bad.InnerException is JsonException json)
            return OfBody(json);
        if (Parameter().Match(bad.Message) is { Success: true } parameter)
            return OpenAIError.Invalid($"'{parameter.Groups[1].Value}' has a value that does not fit.", parameter.Groups[1].Value, "invalid_value");
        if (Missing().Match(bad.Message) is { Success: true } missing)
            return OpenAIError.Invalid($"'{missing.Groups[1].Value}' is required.", missing.Groups[1].Value, "missing_required_parameter");
        if (bad.StatusCode == StatusCodes.Status415UnsupportedMediaType)
            return new OpenAIError(bad.StatusCode, "Send the body as application/json.", OpenAIError.InvalidRequest, Code: "unsupported_media_type");
        return NoBody().IsMatch(bad.Message)
            ? OpenAIError.Invalid("Send the body as a JSON object.", code: "invalid_json")
            : new OpenAIError(bad.StatusCode, bad.Message, OpenAIError.InvalidRequest);
    }

    private static OpenAIError OfBody(JsonException json)
    {
        var field = json.Path is { Length: > 2 } path ? path[2..] : null;
        if (Unknown().Match(json.Message) is { Success: true } unknown && field?.EndsWith(unknown.Groups[1].Value, StringComparison.Ordinal) != true)
            field = field is null ? unknown.Groups[1].Value : $"{field}.{unknown.Groups[1].Value}";
        return field is null
            ? OpenAIError.Invalid($"The body is not a JSON object that can be read (line {json.LineNumber + 1}, byte {json.BytePositionInLine + 1}).", code: "invalid_json")
            : OpenAIError.Invalid($"'{field}' is not a field of this request, or its value is of another kind.", field, "invalid_value");
    }

    [GeneratedRegex("^The JSON property '(.+?)' could not be mapped")]
    private static partial Regex Unknown();

    [GeneratedRegex("^Failed to bind parameter \"(?:[^\"]* )?([^\" ]+)\" from")]
    private static partial Regex Parameter();

    [GeneratedRegex("^Required parameter \"(?:[^\"]* )?([^\" ]+)\" was not provided from (?!body)")]
    private static partial Regex Missing();

    [GeneratedRegex("^(Implicit body inferred|Required parameter .* from body)")]
    private static partial Regex NoBody();
}
