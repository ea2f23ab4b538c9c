using System.Globalization;
using System.Text.Json;

namespace ChatApp.Orchestrator.Tools.BuiltIn;

/// <summary>What day and time it is, which no model can know.</summary>
internal sealed class CurrentTimeTool(TimeProvider time) : ITool
{
    public ToolDefinition Definition { get; } = new()
    {
        Name = "current_time",
        Description = "Get the current date and time in a time zone, such as Europe/Paris",
        Idempotent = true,
        Parameters = JsonElement.Parse(
            """{"type":"object","properties":{"timezone":{"type":"string","maxLength":64}},"additionalProperties":false}"""),
    };

    public Task<string> RunAsync(ToolInvocation invocation, CancellationToken cancellationToken)
    {
        var name = invocation.Arguments.TryGetProperty("timezone", out var given) && given.GetString() is { Length: > 0 } asked ? asked : "UTC";
        if (!TimeZoneInfo.TryFindSystemTimeZoneById(name, out var zone))
            throw new ToolException($"'{name}' is not an IANA time zone; Europe/Paris is one.");
        var now = TimeZoneInfo.ConvertTime(time.GetUtcNow(), zone);
        return Task.FromResult(string.Create(CultureInfo.InvariantCulture, $"{now:dddd, d MMMM yyyy, HH:mm} ({name})"));
    }
}
