using System.Text.Json;

namespace ChatApp.Tests.AppHost.Publishing;

/// <summary>What publishing writes, and what it must not.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class PublishTests : IDisposable
{
    private const string Secret = "Xq7Nowhere42Written";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Test]
    public async Task The_files_of_the_repository_are_what_the_graph_publishes()
    {
        await AppHostRun.PublishAsync(_folder.Path);

        var (committed, published) = (Read(Path.Combine(AppHostRun.Checkout, "deploy")), Read(_folder.Path));
        published.Keys.ShouldBe(committed.Keys, ignoreOrder: true);
        foreach (var (name, text) in published)
            text.ShouldBe(committed[name], $"{name}: publish again, with --output-path deploy (docs/deployment.md)");
    }

    [Test]
    public async Task Neither_a_secret_nor_a_path_of_this_machine_is_written_though_the_publisher_knows_both()
    {
        await AppHostRun.PublishAsync(_folder.Path, $"--Parameters:postgres-password={Secret}", $"--Parameters:internal-key={Secret}", $"--ConnectionStrings:redis=redis.example.com,password={Secret}");

        var all = string.Concat(Read(_folder.Path).Values);
        all.ShouldNotContain(Secret);
        all.ShouldNotContain(AppHostRun.Checkout);
        all.ShouldNotContain(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile));
    }

    [Test]
    public async Task A_store_that_runs_elsewhere_is_named_by_a_secret_and_not_deployed()
    {
        await AppHostRun.PublishAsync(_folder.Path, $"--ConnectionStrings:chatdb=Host=db.example.com;Password={Secret}");

        var files = Read(_folder.Path);
        files.Keys.ShouldNotContain("helm/templates/postgres.yaml");
        files["compose/compose.yaml"].ShouldContain("ConnectionStrings__chatdb: ${CHATDB:?");
        files["helm/templates/api.yaml"].ShouldContain("key: chatdb\n");
        files["helm/values.yaml"].ShouldContain("its keys: chatdb,");
    }

    [Test]
    public async Task Replicas_that_are_asked_for_are_the_least_there_are()
    {
        await AppHostRun.PublishAsync(_folder.Path, "--Replicas:Orchestrator=12", "--Replicas:Api=3");

        var values = Read(_folder.Path)["helm/values.yaml"];
        values.ShouldContain("least: 12\n    most: 12\n");
        values.ShouldContain("least: 3\n    most: 10\n");
    }

    [Test]
    public async Task A_template_of_an_earlier_publish_does_not_stay_but_an_operators_settings_do()
    {
        Directory.CreateDirectory(_folder.File("helm/templates"));
        Directory.CreateDirectory(_folder.File("compose"));
        await File.WriteAllTextAsync(_folder.File("helm/templates/gone.yaml"), "kind: Gone");
        await File.WriteAllTextAsync(_folder.File("compose/.env"), "POSTGRES_PASSWORD=x");

        await AppHostRun.PublishAsync(_folder.Path);

        File.Exists(_folder.File("helm/templates/gone.yaml")).ShouldBeFalse();
        File.Exists(_folder.File("compose/.env")).ShouldBeTrue();
    }

    [Test]
    public async Task Whoever_publishes_in_Development_publishes_for_Production()
    {
        await AppHostRun.RunAsync(
            "dotnet",
            [AppHostRun.AssemblyOf("ChatApp.AppHost"), "--operation", "publish", "--step", "publish", "--output-path", _folder.Path],
            new Dictionary<string, string> { ["DOTNET_ENVIRONMENT"] = "Development", ["ASPNETCORE_ENVIRONMENT"] = "Development" });

        var all = string.Concat(Read(_folder.Path).Values);
        all.ShouldContain("ASPNETCORE_ENVIRONMENT: Production");
        all.ShouldNotContain("Development");
    }

    [Test]
    public async Task The_manifest_has_the_whole_graph_with_stores_in_containers()
    {
        var manifest = _folder.File("aspire-manifest.json");

        await AppHostRun.RunAsync("dotnet", [AppHostRun.AssemblyOf("ChatApp.AppHost"), "--publisher", "manifest", "--output-path", manifest]);

        var resources = JsonDocument.Parse(await File.ReadAllTextAsync(manifest)).RootElement.GetProperty("resources");
        foreach (var store in new[] { "postgres", "redis", "qdrant" })
            resources.GetProperty(store).GetProperty("type").GetString().ShouldBe("container.v0");
        foreach (var service in new[] { "inference", "orchestrator", "api", "web" })
            resources.GetProperty(service).GetProperty("type").GetString().ShouldBe("project.v0");
        resources.GetProperty("inference").GetProperty("env").GetProperty("Inference__ModelsPath").GetString().ShouldBe("/models");
        resources.GetProperty("internal-key").GetProperty("value").GetString().ShouldBe("{internal-key.inputs.value}");
    }

    private static Dictionary<string, string> Read(string folder) =>
        new[] { "compose", "helm" }
            .SelectMany(part => Directory.EnumerateFiles(Path.Combine(folder, part), "*", SearchOption.AllDirectories))
            .Where(file => Path.GetFileName(file) != ".env")
            .ToDictionary(file => Path.GetRelativePath(folder, file).Replace('\\', '/'), file => File.ReadAllText(file).ReplaceLineEndings("\n"));
}
