using Aspire.Hosting.ApplicationModel;
using ChatApp.Hosting.Running;

namespace ChatApp.Tests.Hosting;

[Parallelizable(ParallelScope.All)]
public sealed class DescriptionTests
{
    [Test]
    public void Generated_values_have_the_kinds_of_characters_that_were_asked_for()
    {
        var generator = new GenerateParameterDefault { MinLength = 30, Special = false, MinLower = 2, MinUpper = 3, MinNumeric = 4 };

        string[] values = [.. Enumerable.Range(0, 50).Select(_ => generator.GetDefaultValue())];

        values.ShouldBeUnique();
        values.ShouldAllBe(value => value.Length == 30 && value.All(char.IsAsciiLetterOrDigit));
        values.ShouldAllBe(value => value.Count(char.IsAsciiLetterLower) >= 2 && value.Count(char.IsAsciiLetterUpper) >= 3 && value.Count(char.IsAsciiDigit) >= 4);
    }

    [Test]
    public async Task An_expression_keeps_braces_and_puts_values_in_their_places()
    {
        var name = new ParameterResource("name", _ => "{0}");

        var expression = ReferenceExpression.Create($"{{literal}} {name} {"text {1}"} {name}");

        (await expression.GetValueAsync(CancellationToken.None)).ShouldBe("{literal} {0} text {1} {0}");
    }

    [Test]
    public void Delays_between_restarts_grow_to_half_a_minute()
    {
        TimeSpan[] delays = [.. Enumerable.Range(1, 100).Select(crashes => RestartDelay.After(crashes, TimeSpan.FromSeconds(30)))];

        delays[0].ShouldBeLessThan(TimeSpan.FromSeconds(1));
        delays.ShouldBe(delays.Order());
        delays[^1].ShouldBe(TimeSpan.FromSeconds(30));
    }

    [Test]
    public void Services_that_refer_to_each_other_still_have_an_order()
    {
        var a = new ProjectResource("a");
        var b = new ProjectResource("b");
        var store = new ProjectResource("store");
        a.Annotations.Add(new ResourceRelationshipAnnotation(b, "Reference"));
        b.Annotations.Add(new ResourceRelationshipAnnotation(a, "Reference"));
        b.Annotations.Add(new ResourceRelationshipAnnotation(store, "Reference"));

        var order = ResourceGraph.StopOrder([a, b, store]).ToArray();

        order[^1].ShouldBe([store]);
        order.SelectMany(group => group).ShouldBe([a, b, store], ignoreOrder: true);
    }
}
