using System.Text.Json;
using ChatApp.Inference.Text.Jinja;

namespace ChatApp.Tests.Inference.Text;

/// <summary>
/// Templates in the shapes that model families publish and small ones for each construct. What they must give was computed with Jinja's own
/// implementation in Hugging Face's settings; see jinja-cases.json.
/// </summary>
[TestFixture]
internal sealed class JinjaTests
{
    private static readonly DateTimeOffset _now = new(2025, 3, 7, 14, 5, 9, TimeSpan.Zero);

    private static IEnumerable<TestCaseData> Cases()
    {
        using var document = JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Inference", "Text", "jinja-cases.json")));
        foreach (var item in document.RootElement.EnumerateArray())
            yield return new TestCaseData(item.Clone()).SetArgDisplayNames(item.GetProperty("name").GetString()!);
    }

    [TestCaseSource(nameof(Cases))]
    public void A_template_renders_as_jinja_renders_it(JsonElement item)
    {
        var source = item.GetProperty("template").GetString()!;
        var variables = JinjaJson.ToMap(item.GetProperty("variables"));
        if (item.TryGetProperty("expected", out var expected))
            new JinjaTemplate(source).Render(variables, new FixedTime()).ShouldBe(expected.GetString());
        else
        {
            var error = Should.Throw<JinjaException>(() => new JinjaTemplate(source).Render(variables, new FixedTime()));
            error.RaisedByTemplate.ShouldBe(item.TryGetProperty("raises", out var message));
            if (error.RaisedByTemplate)
                error.Message.ShouldBe(message.GetString());
        }
    }

    [TestCase("{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}")]
    [TestCase("{% set ns = namespace(s='aaaaaaaaaaaaaaaa') %}{% for a in range(99) %}{% set ns.s = ns.s + ns.s %}{% endfor %}")]
    [TestCase("{{ 'a' * 999999999999 }}")]
    [TestCase("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}")]
    [TestCase("{% for a in range(99999) %}{{ 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa' * 100 }}{% endfor %}")]
    [TestCase("{{ range(10000000000) }}")]
    [TestCase("{% set l = [1] %}{% set _ = l.append(l) %}{{ l }}")]
    [TestCase("{{ 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa' * 500000 | replace('a', 'bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb') }}{{ ('a' * 16000000).replace('a', 'b' * 1000) }}")]
    [TestCase("{{ 9223372036854775807 + 1 }}")]
    public void A_template_without_bounds_is_stopped(string source) =>
        Should.Throw<JinjaException>(() => new JinjaTemplate(source, new JinjaLimits(Steps: 1_000_000)).Render([]));

    [Test]
    public void Deep_nesting_is_refused_when_parsed()
    {
        Should.Throw<JinjaException>(() => new JinjaTemplate("{{ " + new string('(', 100_000) + "1" + new string(')', 100_000) + " }}"));
        Should.Throw<JinjaException>(() => new JinjaTemplate("{{ " + string.Concat(Enumerable.Repeat("not ", 100_000)) + "1 }}"));
        Should.Throw<JinjaException>(() => new JinjaTemplate(string.Concat(Enumerable.Repeat("{% if 1 %}", 100_000))));
        Should.Throw<JinjaException>(() => new JinjaTemplate("{{ a" + string.Concat(Enumerable.Repeat("|upper", 100_000)) + " }}"));
        Should.Throw<JinjaException>(() => new JinjaTemplate("{{ 1" + string.Concat(Enumerable.Repeat("+1", 100_000)) + " }}").Render([]));
        Should.Throw<JinjaException>(() => new JinjaTemplate("{{ 1" + string.Concat(Enumerable.Repeat(" if 1 else 1", 100_000)) + " }}"));
    }

    private sealed class FixedTime : TimeProvider
    {
        public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

        public override DateTimeOffset GetUtcNow() => _now;
    }
}
