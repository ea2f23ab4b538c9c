using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Options;

namespace ChatApp.Orchestrator.Tools;

/// <summary>Checks the section <c>Tools</c> when the service starts.</summary>
internal sealed partial class ToolSettings : IValidateOptions<ToolOptions>
{
    private const string NoArguments = """{"type":"object","properties":{},"additionalProperties":false}""";

    public ValidateOptionsResult Validate(string? name, ToolOptions options)
    {
        var wrong = new List<string>();
        foreach (var (tool, settings) in options.Http)
        {
            if (!Name().IsMatch(tool))
                wrong.Add($"Tools:Http:{tool}: a tool's name is 1 to 64 letters, digits, '_' or '-'.");
            if (settings.Url is not { IsAbsoluteUri: true, Scheme: "http" or "https" })
                wrong.Add($"Tools:Http:{tool}:Url must be an absolute http or https URL.");
            if (settings.Description.Length == 0)
                wrong.Add($"Tools:Http:{tool}:Description is missing: it tells the model what the tool is for.");
            try
            {
                if (Schema(settings) is not { ValueKind: JsonValueKind.Object })
                    wrong.Add($"Tools:Http:{tool}:Parameters must be a JSON schema, an object.");
            }
            catch (JsonException exception)
            {
                wrong.Add($"Tools:Http:{tool}:Parameters is not JSON: {exception.Message}");
            }
        }

        return wrong.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(wrong);
    }

    /// <exception cref="JsonException">It is not JSON.</exception>
    public static JsonElement Schema(HttpToolOptions settings) =>
        JsonElement.Parse(settings.Parameters.Length > 0 ? settings.Parameters : NoArguments);

    [GeneratedRegex("^[a-zA-Z0-9_-]{1,64}$")]
    private static partial Regex Name();
}
