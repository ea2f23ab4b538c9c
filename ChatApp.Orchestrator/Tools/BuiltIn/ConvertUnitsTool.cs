using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.AI;

namespace ChatApp.Orchestrator.Tools.BuiltIn;

/// <summary>Units of length, weight, volume, area, time, speed, temperature, data, energy and pressure.</summary>
internal sealed class ConvertUnitsTool : AIFunction
{
    public override string Name => "convert_units";

    public override string Description => "Convert a value between units";

    public override JsonElement JsonSchema { get; } = JsonElement.Parse(
        """
        {"type":"object","properties":{"value":{"type":"number"},"from":{"type":"string","maxLength":40},"to":{"type":"string","maxLength":40}},"required":["value","from","to"],"additionalProperties":false}
        """);

    protected override ValueTask<object?> InvokeCoreAsync(AIFunctionArguments arguments, CancellationToken cancellationToken)
    {
        var (from, to) = (arguments.Text("from")!, arguments.Text("to")!);
        var (source, target) = (Units.Find(from), Units.Find(to));
        if (source.Quantity != target.Quantity)
            throw new ToolException($"'{from}' is a unit of {source.Quantity}, '{to}' one of {target.Quantity}.");

        var value = arguments.Number("value");
        var converted = ((value * source.Factor) + source.Offset - target.Offset) / target.Factor;
        if (!double.IsFinite(converted))
            throw new ToolException("the value is too large.");
        return new($"{CalculateTool.Format(value)} {from} = {Rounded(converted)} {to}");
    }

    // Six digits say more than any unit is used for.
    private static string Rounded(double value) =>
        CalculateTool.Format(double.Parse(value.ToString("G6", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture));
}
