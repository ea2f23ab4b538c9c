using System.Globalization;
using System.Text.Json;

namespace ChatApp.Orchestrator.Tools.BuiltIn;

/// <summary>Arithmetic, which language models do badly by themselves.</summary>
internal sealed class CalculateTool : ITool
{
    public ToolDefinition Definition { get; } = new()
    {
        Name = "calculate",
        Description = "Evaluate an arithmetic expression",
        Idempotent = true,
        Parameters = JsonElement.Parse(
            """{"type":"object","properties":{"expression":{"type":"string","maxLength":1000}},"required":["expression"],"additionalProperties":false}"""),
    };

    public Task<string> RunAsync(ToolInvocation invocation, CancellationToken cancellationToken) =>
        Task.FromResult(Format(ArithmeticExpression.Evaluate(invocation.Arguments.GetProperty("expression").GetString()!)));

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
