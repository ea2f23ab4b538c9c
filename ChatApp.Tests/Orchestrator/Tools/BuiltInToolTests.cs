using System.Text.Json;
using ChatApp.Orchestrator.Tools;
using ChatApp.Orchestrator.Tools.BuiltIn;
using Microsoft.Extensions.AI;

namespace ChatApp.Tests.Orchestrator.Tools;

public sealed class BuiltInToolTests
{
    [TestCase("2+3*4", "14")]
    [TestCase("(2+3)*4", "20")]
    [TestCase("0.1+0.2", "0.3")]
    [TestCase("7/100*350", "24.5")]
    [TestCase("15%*200", "30")]
    [TestCase("17 % 5", "2")]
    [TestCase("2^10", "1024")]
    [TestCase("-2^2", "-4")]
    [TestCase("2^3^2", "512")]
    [TestCase("sqrt(144)", "12")]
    [TestCase("12 × 3 ÷ 4", "9")]
    [TestCase("1e3+1", "1001")]
    [TestCase("30^9", "19683000000000")]
    [TestCase("2*pi", "6.28318530717959")]
    public async Task Arithmetic_is_right(string expression, string expected) =>
        (await RunAsync(new CalculateTool(), new { expression })).ShouldBe(expected);

    [TestCase("2+", "ends too early")]
    [TestCase("2 plus 3", "'p' at character 3")]
    [TestCase("1/0", "division by zero")]
    [TestCase("9^9^9", "not a finite number")]
    [TestCase("sqrt(-1)", "not a finite number")]
    [TestCase("system(1)", "'system' is not known")]
    [TestCase("(1", "closing parenthesis")]
    public async Task What_is_no_arithmetic_says_why(string expression, string reason) =>
        (await Should.ThrowAsync<ToolException>(() => RunAsync(new CalculateTool(), new { expression }))).Message.ShouldContain(reason);

    [Test]
    public async Task A_deeply_nested_expression_is_refused() =>
        (await Should.ThrowAsync<ToolException>(() => RunAsync(new CalculateTool(), new { expression = new string('(', 400) }))).Message.ShouldContain("nested");

    [TestCase(12, "km", "miles", "12 km = 7.45645 miles")]
    [TestCase(100, "celsius", "fahrenheit", "100 celsius = 212 fahrenheit")]
    [TestCase(-40, "F", "C", "-40 F = -40 C")]
    [TestCase(2.5, "hours", "minutes", "2.5 hours = 150 minutes")]
    [TestCase(5, "Pounds", "kg", "5 Pounds = 2.26796 kg")]
    [TestCase(3, "feet", "inches", "3 feet = 36 inches")]
    public async Task Units_are_converted(double value, string from, string to, string expected) =>
        (await RunAsync(new ConvertUnitsTool(), new { value, from, to })).ShouldBe(expected);

    [TestCase("km", "kg", "'km' is a unit of length, 'kg' one of weight.")]
    [TestCase("parrots", "kg", "the unit 'parrots' is not known")]
    public async Task Units_that_do_not_fit_are_refused(string from, string to, string reason) =>
        (await Should.ThrowAsync<ToolException>(() => RunAsync(new ConvertUnitsTool(), new { value = 1, from, to }))).Message.ShouldContain(reason);

    [Test]
    public async Task The_time_is_told_for_a_zone()
    {
        var tool = new CurrentTimeTool(new FixedClock(new DateTimeOffset(2026, 7, 3, 21, 4, 0, TimeSpan.Zero)));

        (await RunAsync(tool, new { timezone = "Europe/Paris" })).ShouldBe("Friday, 3 July 2026, 23:04 (Europe/Paris)");
        (await RunAsync(tool, new { })).ShouldBe("Friday, 3 July 2026, 21:04 (UTC)");
        (await Should.ThrowAsync<ToolException>(() => RunAsync(tool, new { timezone = "../etc/passwd" }))).Message.ShouldContain("not an IANA time zone");
    }

    private static async Task<string> RunAsync(AIFunction tool, object arguments) =>
        (string)(await tool.InvokeAsync(ToolArguments.Read(tool.JsonSchema, JsonSerializer.Serialize(arguments))))!;

    private sealed class FixedClock(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }
}
