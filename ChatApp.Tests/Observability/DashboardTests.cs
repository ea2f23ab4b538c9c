using System.Text.Json;

namespace ChatApp.Tests.Observability;

/// <summary>What Grafana takes for granted of a dashboard and does not tell: it was not run here.</summary>
public sealed class DashboardTests
{
    private static readonly JsonElement Dashboard = JsonDocument.Parse(File.ReadAllText(Pack.Dashboard)).RootElement;

    private static IReadOnlyList<JsonElement> Panels => [.. Dashboard.GetProperty("panels").EnumerateArray()];

    [Test]
    public void Every_query_goes_to_the_Prometheus_that_is_chosen_at_the_top()
    {
        var variable = Dashboard.GetProperty("templating").GetProperty("list")[0];
        (variable.GetProperty("type").GetString(), variable.GetProperty("query").GetString()).ShouldBe(("datasource", "prometheus"));
        var chosen = $"${{{variable.GetProperty("name").GetString()}}}";

        foreach (var target in Panels.Where(panel => panel.TryGetProperty("targets", out _)).SelectMany(panel => panel.GetProperty("targets").EnumerateArray()))
            target.GetProperty("datasource").GetProperty("uid").GetString().ShouldBe(chosen);
    }

    [Test]
    public void Panels_have_ids_of_their_own_and_do_not_lie_on_each_other()
    {
        Panels.Select(panel => panel.GetProperty("id").GetInt32()).ShouldBeUnique();
        var taken = new Dictionary<(int, int), string>();
        foreach (var panel in Panels)
        {
            var (title, place) = (panel.GetProperty("title").GetString()!, panel.GetProperty("gridPos"));
            var (left, top, width, height) = (place.GetProperty("x").GetInt32(), place.GetProperty("y").GetInt32(), place.GetProperty("w").GetInt32(), place.GetProperty("h").GetInt32());
            (left + width).ShouldBeLessThanOrEqualTo(24, title);
            foreach (var x in Enumerable.Range(left, width))
            {
                foreach (var y in Enumerable.Range(top, height))
                    taken.TryAdd((x, y), title).ShouldBeTrue($"'{title}' lies on '{taken[(x, y)]}'");
            }
        }
    }

    [Test]
    public void Every_plane_has_a_row_with_panels()
    {
        var rows = new Dictionary<string, int>();
        var row = "";
        foreach (var panel in Panels)
        {
            if (panel.GetProperty("type").GetString() == "row")
                rows[row = panel.GetProperty("title").GetString()!] = 0;
            else
                rows[row]++;
        }

        rows.Keys.ShouldBe(["Objectives", "Edge", "Turns", "Gateway", "Inference"]);
        rows.Values.ShouldAllBe(panels => panels >= 4);
    }
}
