using ChatApp.Tests.Orchestrator.Upstreams;
using Microsoft.Extensions.Options;
using static ChatApp.Tests.Orchestrator.Upstreams.Reply;

namespace ChatApp.Tests.Orchestrator.Gateway;

public sealed class SettingsTests
{
    private const string Key = "sk-do-not-tell-anyone";

    private ModelServer _server = null!;
    private Dictionary<string, string?> _settings = null!;

    [SetUp]
    public async Task Start()
    {
        _server = await ModelServer.StartAsync();
        _settings = GatewayUnderTest.Over(_server);
    }

    [TearDown]
    public async Task Stop() => await _server.DisposeAsync();

    [TestCase("Gateway:Upstreams:a:BaseUrl", "not a url", "Gateway:Upstreams:a:BaseUrl")]
    [TestCase("Gateway:Upstreams:a:BaseUrl", "ftp://host", "Gateway:Upstreams:a:BaseUrl")]
    [TestCase("Gateway:Upstreams:a:BaseUrl", "http://user:pass@host", "Gateway:Upstreams:a:BaseUrl")]
    [TestCase("Gateway:Upstreams:a:Kind", "Claude", "Gateway:Upstreams:a:Kind")]
    [TestCase("Gateway:Upstreams:a:MaxConcurrent", "-1", "Gateway:Upstreams:a:MaxConcurrent")]
    [TestCase("Gateway:Upstreams:a:ApiKey", "env:CHATAPP_NO_SUCH_VARIABLE", "Gateway:Upstreams:a:ApiKey")]
    [TestCase("Gateway:Upstreams:a:ApiKey", "file:/no/such/file", "Gateway:Upstreams:a:ApiKey")]
    [TestCase("Gateway:Upstreams:a:ApiKey", "config:No:Such:Setting", "Gateway:Upstreams:a:ApiKey")]
    [TestCase("Gateway:Models:0:Tier", "huge", "Gateway:Models:0:Tier")]
    [TestCase("Gateway:Models:0:Routes:0:Upstream", "z", "Gateway:Models:0:Routes:0:Upstream")]
    [TestCase("Gateway:Models:0:Routes:0:Weight", "0", "Gateway:Models:0:Routes:0:Weight")]
    [TestCase("Gateway:Models:0:Fallbacks:0", "m", "Gateway:Models:0:Fallbacks:0")]
    [TestCase("Gateway:Models:0:Fallbacks:0", "other", "Gateway:Models:0:Fallbacks:0")]
    [TestCase("Gateway:Models:0:Canary:Percent", "101", "Gateway:Models:0:Canary")]
    [TestCase("Gateway:Models:0:Id", "auto", "Gateway:Models:0:Id")]
    [TestCase("Gateway:Models:0:ContextWindows", "4096", "ContextWindows")]
    [TestCase("Gateway:DefaultModel", "other", "Gateway:DefaultModel")]
    [TestCase("Gateway:FirstTokenTimeout", "soon", "Gateway:FirstTokenTimeout")]
    [TestCase("Gateway:Attempts", "0", "Gateway:Attempts")]
    [TestCase("Gateway:Breaker:FailureRatio", "2", "Gateway:Breaker:FailureRatio")]
    public void A_wrong_setting_stops_the_start_and_is_named(string name, string value, string named)
    {
        _settings[name] = value;

        Should.Throw<OptionsValidationException>(() => GatewayUnderTest.Over(_settings).Settings).Message.ShouldContain(named);
    }

    [Test]
    public void A_key_in_place_of_its_reference_is_refused_and_not_repeated()
    {
        _settings["Gateway:Upstreams:a:ApiKey"] = Key;

        var message = Should.Throw<OptionsValidationException>(() => GatewayUnderTest.Over(_settings).Settings).Message;

        message.ShouldContain("Gateway:Upstreams:a:ApiKey");
        message.ShouldContain("env:NAME");
        message.ShouldNotContain(Key);
    }

    [Test]
    public async Task A_change_applies_to_the_next_request()
    {
        await using var gateway = GatewayUnderTest.Over(_settings);
        (await gateway.AskAsync()).Text.ShouldBe("Hello world!");

        gateway.Set("Gateway:Models:0:Id", "renamed");

        (await gateway.AskAsync(model: "renamed")).Text.ShouldBe("Hello world!");
        await Should.ThrowAsync<ChatApp.Orchestrator.Errors.RefusedException>(() => gateway.AskAsync(model: "m"));
    }

    [Test]
    public async Task A_wrong_change_is_logged_by_name_and_the_last_good_configuration_stays()
    {
        await using var gateway = GatewayUnderTest.Over(_settings);

        gateway.Settings.LastError.ShouldBeNull();
        foreach (var (name, wrong) in new[] { ("Gateway:Upstreams:a:BaseUrl", "nonsense"), ("Gateway:TokenTimeout", "soon"), ("Gateway:Modells", "x") })
        {
            var last = name.Split(':')[^1];
            var right = _settings.GetValueOrDefault(name);
            gateway.Set(name, wrong);
            gateway.Settings.LastError.ShouldNotBeNull().ShouldContain(last);
            gateway.Logs.All.ShouldContain(line => line.Contains(last, StringComparison.Ordinal));
            (await gateway.AskAsync()).Text.ShouldBe("Hello world!");
            gateway.Set(name, right);
            gateway.Settings.LastError.ShouldBeNull();
        }
    }

    [Test]
    public async Task A_key_is_found_by_its_reference_and_read_again_when_its_file_is_replaced()
    {
        var file = Path.Combine(TestContext.CurrentContext.WorkDirectory, $"{Guid.NewGuid():N}.key");
        await File.WriteAllTextAsync(file, "first\n");
        _settings["Gateway:Upstreams:a:ApiKey"] = $"file:{file}";
        await using var gateway = GatewayUnderTest.Over(_settings);
        await gateway.AskAsync();
        await File.WriteAllTextAsync(file, "second\n");
        File.SetLastWriteTimeUtc(file, DateTime.UtcNow.AddSeconds(5));
        await gateway.AskAsync();
        gateway.Set("Keys:Model", "third");
        gateway.Set("Gateway:Upstreams:a:ApiKey", "config:Keys:Model");
        await gateway.AskAsync();

        _server.Heads.Select(head => head.Authorization).ShouldBe(["Bearer first", "Bearer second", "Bearer third"]);
        File.Delete(file);
    }

    [Test]
    public async Task A_key_is_in_no_log_and_no_error_whatever_the_upstream_does()
    {
        _settings["Keys:Model"] = Key;
        _settings["Gateway:Upstreams:a:ApiKey"] = "config:Keys:Model";
        _settings["Gateway:Breaker:MinimumCalls"] = "10000";
        _settings["Gateway:Attempts"] = "1";
        await using var gateway = GatewayUnderTest.Over(_settings);
        _server.Then(Status(400, error: $"Incorrect API key provided: {Key}")).Then(Status(401, error: Key)).Then(Status(500, error: Key))
            .Then(Raw("text/html", Key)).Then(ResetAfter());

        for (var i = 0; i < 5; i++)
        {
            var failure = (await gateway.AskAsync()).Failure.ShouldNotBeNull();
            failure.ToString().ShouldNotContain(Key);
            failure.ToError().ToString().ShouldNotContain(Key);
            (failure.ErrorJson ?? "").ShouldNotContain(Key);
        }

        _server.Heads.ShouldAllBe(head => head.Authorization == $"Bearer {Key}");
        gateway.Logs.All.ShouldNotBeEmpty();
        gateway.Logs.All.ShouldAllBe(line => !line.Contains(Key, StringComparison.Ordinal));
    }

    [Test]
    public async Task Azure_gets_its_deployment_in_the_path_and_its_key_in_a_header_of_its_own()
    {
        _settings["Keys:Azure"] = Key;
        _settings["Gateway:Upstreams:a:Kind"] = "AzureOpenAI";
        _settings["Gateway:Upstreams:a:ApiKey"] = "config:Keys:Azure";
        _settings["Gateway:Models:0:Routes:0:Model"] = "our deployment";
        await using var gateway = GatewayUnderTest.Over(_settings);

        (await gateway.AskAsync()).Text.ShouldBe("Hello world!");

        var (path, authorization, apiKey) = _server.Heads.Single();
        path.ShouldBe("/openai/deployments/our%20deployment/chat/completions?api-version=2024-10-21");
        authorization.ShouldBeNull();
        apiKey.ShouldBe(Key);
    }

    [TestCase("")]
    [TestCase("/")]
    [TestCase("/v1")]
    [TestCase("/v1/")]
    public async Task The_address_may_or_may_not_end_with_the_version(string ending)
    {
        _settings["Gateway:Upstreams:a:BaseUrl"] += ending;
        await using var gateway = GatewayUnderTest.Over(_settings);

        (await gateway.AskAsync()).Text.ShouldBe("Hello world!");

        _server.Heads.Single().Path.ShouldBe("/v1/chat/completions");
    }

    [Test]
    public async Task Models_that_an_upstream_lists_are_offered_and_stay_while_it_is_away()
    {
        _settings["Gateway:Upstreams:a:Discover"] = "true";
        _settings["Gateway:DiscoveryLifetime"] = "00:00:01";
        await using var gateway = GatewayUnderTest.Over(_settings);

        var models = await gateway.Catalogue.ListAsync(CancellationToken.None);
        models.Select(model => model.Id).ShouldBe(["m", "listed", "auto"]);
        models[1].Options.ContextWindow.ShouldBe(4096);
        await _server.DisposeAsync();
        gateway.Set("Gateway:DiscoveryLifetime", "00:00:02");

        (await gateway.Catalogue.ListAsync(CancellationToken.None)).Select(model => model.Id).ShouldBe(["m", "listed", "auto"]);
    }
}
