using YamlDotNet.Serialization;

namespace ChatApp.Tests.AppHost.Publishing;

using Map = Dictionary<object, object>;

/// <summary>The Compose file as docker-compose reads it, with every variable that <c>.env.example</c> asks for.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class ComposeFileTests : IDisposable
{
    private static readonly string s_folder = Path.Combine(AppHostRun.Checkout, "deploy", "compose");

    private readonly TemporaryFolder _temporary = new();

    public void Dispose() => _temporary.Dispose();

    [Test]
    public async Task What_the_example_asks_for_is_all_that_it_needs()
    {
        var services = (Map)(await ConfigAsync(Example()))["services"];

        services.Keys.ShouldBe(["postgres", "redis", "qdrant", "inference", "orchestrator", "orchestrator-migrate", "api", "api-migrate", "web"], ignoreOrder: true);
        foreach (var name in new[] { "inference", "orchestrator", "api", "web" })
        {
            var service = (Map)services[name];
            service["image"].ShouldBe($"chatapp-{name}:latest");
            service["stop_grace_period"].ShouldBeOneOf("60s", "1m0s");
            string.Join(' ', (List<object>)((Map)service["healthcheck"])["test"]).ShouldContain("/health");
            ((Map)((Map)service["deploy"])["resources"]).Keys.ShouldBe(["limits", "reservations"], ignoreOrder: true);
        }
    }

    [Test]
    public async Task Secrets_are_filled_in_where_the_model_has_them_and_the_shell_of_a_store_keeps_its_own()
    {
        var services = (Map)(await ConfigAsync(Example()))["services"];

        Environment(services, "api")["ConnectionStrings__chatdb"].ShouldBe("Host=postgres;Port=5432;Username=postgres;Password=given-POSTGRES_PASSWORD;Database=chatdb");
        Environment(services, "postgres")["POSTGRES_PASSWORD"].ShouldBe("given-POSTGRES_PASSWORD");
        Environment(services, "api")["Internal__IdentityKey"].ShouldBe("given-INTERNAL_KEY");
        Environment(services, "orchestrator")["Internal__IdentityKey"].ShouldBe("given-INTERNAL_KEY");
        // docker-compose writes a dollar that is one as two.
        string.Join(' ', (List<object>)((Map)services["redis"])["command"]).ShouldContain("--requirepass $$REDIS_PASSWORD");
    }

    [Test]
    public async Task A_service_waits_for_its_migrations_and_these_for_the_database()
    {
        var services = (Map)(await ConfigAsync(Example()))["services"];

        foreach (var name in new[] { "api", "orchestrator" })
        {
            Condition(services, name, $"{name}-migrate").ShouldBe("service_completed_successfully");
            Condition(services, $"{name}-migrate", "postgres").ShouldBe("service_healthy");
            ((List<object>)((Map)services[$"{name}-migrate"])["command"]).ShouldBe(["migrate"]);
            Environment(services, $"{name}-migrate").Keys.ShouldBe(["ConnectionStrings__chatdb"]);
        }
    }

    [Test]
    public async Task Nothing_is_offered_beyond_this_machine_until_someone_says_so()
    {
        var services = (Map)(await ConfigAsync(Example()))["services"];

        var offered = services.Values.Cast<Map>().Where(service => service.ContainsKey("ports")).SelectMany(service => (List<object>)service["ports"]).ToArray();
        offered.Length.ShouldBe(2);
        // Text in version 1 of docker-compose, a map in version 2.
        foreach (var port in offered)
            (port is Map map ? (string)map["host_ip"] : (string)port).ShouldStartWith("127.0.0.1");
    }

    [Test]
    public async Task Inference_reads_the_models_from_the_folder_that_is_given()
    {
        var services = (Map)(await ConfigAsync(Example()))["services"];

        var mount = ((List<object>)((Map)services["inference"])["volumes"]).ShouldHaveSingleItem().ShouldBeOfType<Map>();
        (mount["type"], mount["source"], mount["read_only"]).ShouldBe(("bind", _temporary.Path, "true"));
        mount["target"].ShouldBe(Environment(services, "inference")["Inference__ModelsPath"]);
    }

    [TestCase("POSTGRES_PASSWORD")]
    [TestCase("INTERNAL_KEY")]
    [TestCase("INFERENCE_MODELS")]
    public async Task A_forgotten_variable_is_named(string name)
    {
        var variables = Example();
        variables.Remove(name);

        var (exitCode, output) = await TryConfigAsync(variables);

        exitCode.ShouldNotBe(0);
        output.ShouldContain($"set {name} in .env");
    }

    private static Map Environment(Map services, string name) => (Map)((Map)services[name])["environment"];

    private static object Condition(Map services, string name, string dependency) => ((Map)((Map)((Map)services[name])["depends_on"])[dependency])["condition"];

    private Dictionary<string, string> Example() =>
        File.ReadLines(Path.Combine(s_folder, ".env.example"))
            .Where(line => line.EndsWith('=') && !line.StartsWith('#'))
            .Select(line => line[..^1])
            .ToDictionary(name => name, name => name.EndsWith("_MODELS", StringComparison.Ordinal) ? _temporary.Path : $"given-{name}");

    private async Task<Map> ConfigAsync(Dictionary<string, string> variables)
    {
        var (exitCode, output) = await TryConfigAsync(variables);
        exitCode.ShouldBe(0, output);
        return new DeserializerBuilder().Build().Deserialize<Map>(output);
    }

    private async Task<(int ExitCode, string Output)> TryConfigAsync(Dictionary<string, string> variables)
    {
        if (ChatApp.AppHost.Local.ProgramSearch.Find("docker-compose") is not { } program)
        {
            Assert.Ignore("docker-compose is not installed here; .ci/run installs it.");
            throw new InvalidOperationException();
        }

        var file = _temporary.File("settings");
        await File.WriteAllLinesAsync(file, variables.Select(variable => $"{variable.Key}={variable.Value}"));
        return await AppHostRun.TryAsync(program, ["-f", Path.Combine(s_folder, "compose.yaml"), "--env-file", file, "config"]);
    }
}
