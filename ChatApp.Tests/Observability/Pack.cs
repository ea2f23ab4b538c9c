namespace ChatApp.Tests.Observability;

/// <summary>The files in <c>deploy/observability</c> that operators are given.</summary>
internal static class Pack
{
    public static string Folder { get; } = Checkout.PathTo("deploy", "observability");

    public static IEnumerable<string> Rules => Directory.EnumerateFiles(Path.Combine(Folder, "rules"), "*.yml").Order();

    public static IEnumerable<string> RuleTests => Directory.EnumerateFiles(Path.Combine(Folder, "tests"), "*_test.yml").Order();

    public static string Dashboard => Path.Combine(Folder, "grafana", "chatapp.json");

    /// <summary>What the services of a running graph answered; written anew by <see cref="ScrapeTests"/> when asked for.</summary>
    public static string Recorded(string service) => Path.Combine(Folder, "tests", "scrape", service + ".prom");
}
