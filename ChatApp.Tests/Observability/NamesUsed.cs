namespace ChatApp.Tests.Observability;

/// <summary>Holds the names in rules and dashboard against what services export.</summary>
internal static class NamesUsed
{
    public static void ShouldAllBeIn(Exposition exported)
    {
        var queries = Queries.All().ToList();
        queries.Count.ShouldBeGreaterThan(40, "rules and dashboard were found");
        var wrong = new List<string>();
        foreach (var (where, query) in queries)
        {
            // Prometheus makes this one itself.
            wrong.AddRange(PromQl.Metrics(query).Where(name => name != "up" && !Queries.Recorded.Contains(name) && !exported.Has(name)).Select(name => $"{where}: {name}"));
            wrong.AddRange(PromQl.SelectedLabels(query).Where(selected => exported.Has(selected.Metric) && !exported.LabelsOf(selected.Metric).Contains(selected.Label))
                .Select(selected => $"{where}: {selected.Metric} has no label {selected.Label}"));
        }

        wrong.Distinct().ShouldBeEmpty();
    }
}
