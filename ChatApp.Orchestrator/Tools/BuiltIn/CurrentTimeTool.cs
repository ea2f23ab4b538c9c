using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.AI;

namespace ChatApp.Orchestrator.Tools.BuiltIn;

/// <summary>What day and time it is, which no model can know.</summary>
internal sealed class CurrentTimeTool(TimeProvider time) : AIFunction
{
    public override string Name => "current_time";

    public override string Description => "Get the current date and time in a time zone, such as Europe/Paris";

    public override JsonElement JsonSchema { get; } = JsonElement.Parse(
        """{"type":"object","properties":{"timezone":{"type":"string","maxLength":64}},"additionalProperties":false}""");

    protected override ValueTask<object?> InvokeCoreAsync(AIFunctionArguments arguments, CancellationToken cancellationToken)
    {
        var name = arguments.Text("timezone") is { Length: > 0 } asked ? asked : "UTC";
        if (!TimeZoneInfo.TryFindSystemTimeZoneById(name, out var zone))
            throw new ToolException($"'{name}' is not an IANA time zone; Europe/Paris is one.");
        var now = TimeZoneInfo.ConvertTime(time.GetUtcNow(), zone);
        return new(string.Create(CultureInfo.InvariantCulture, $"{now:dddd, d MMMM yyyy, HH:mm} ({name})"));
    }
}
