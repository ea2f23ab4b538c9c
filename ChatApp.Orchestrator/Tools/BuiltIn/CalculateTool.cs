using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.AI;

namespace ChatApp.Orchestrator.Tools.BuiltIn;

/// <summary>Arithmetic, which language models do badly by themselves.</summary>
internal sealed class CalculateTool : AIFunction
{
    public override string Name => "calculate";

    public override string Description => "Evaluate an arithmetic expression";

    public override JsonElement JsonSchema { get; } = JsonElement.Parse(
        """{"type":"object","properties":{"expression":{"type":"string","maxLength":1000}},"required":["expression"],"additionalProperties":false}""");

    protected override ValueTask<object?> InvokeCoreAsync(AIFunctionArguments arguments, CancellationToken cancellationToken) =>
        new(Format(ArithmeticExpression.Evaluate(arguments.Text("expression")!)));

    // Fifteen digits are what a double holds for certain: 0.1 + 0.2 is 0.3 to whoever asks.
    internal static string Format(double value)
    {
        if (double.IsNaN(value) || double.IsInfinity(value))
            throw new ToolException("the result is not a finite number.");
        var rounded = double.Parse(value.ToString("G15", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
        return Math.Abs(rounded) is 0 or (>= 1e-6 and < 1e21)
            ? rounded.ToString("0.####################", CultureInfo.InvariantCulture)
            : rounded.ToString("G15", CultureInfo.InvariantCulture);
    }
}
