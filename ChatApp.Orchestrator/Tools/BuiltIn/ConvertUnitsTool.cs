using System.Globalization;
using System.Text.Json;

namespace ChatApp.Orchestrator.Tools.BuiltIn;

/// <summary>Units of length, weight, volume, area, time, speed, temperature, data, energy and pressure.</summary>
internal sealed class ConvertUnitsTool : ITool
{
    public ToolDefinition Definition { get; } = new()
    {
        Name = "convert_units",
        Description = "Convert a value between units",
        Idempotent = true,
        Parameters = JsonElement.Parse(
            """
            {"type":"object","properties":{"value":{"type":"number"},"from":{"type":"string","maxLength":40},"to":{"type":"string","maxLength":40}},"required":["value","from","to"],"additionalProperties":false}
            """),
    };

    public Task<string> RunAsync(ToolInvocation invocation, CancellationToken cancellationToken)
    {
        var arguments = invocation.Arguments;
        var (from, to) = (arguments.GetProperty("from").GetString()!, arguments.GetProperty("to").GetString()!);
        var (source, target) = (Units.Find(from), Units.Find(to));
        if (source.Quantity != target.Quantity)
            throw new ToolException($"'{from}' is a unit of {source.Quantity}, '{to}' one of {target.Quantity}.");

        var value = arguments.GetProperty("value").GetDouble();
        var converted = ((value * source.Factor) + source.Offset - target.Offset) / target.Factor;
        if (!double.IsFinite(converted))
            throw new ToolException("the value is too large.");
        return Task.FromResult($"{CalculateTool.Format(value)} {from} = {Rounded(converted)} {to}");
    }

    // Six digits say more than any unit is used for.
    private static string Rounded(double value) =>
        CalculateTool.Format(double.Parse(value.ToString("G6", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture));
}
