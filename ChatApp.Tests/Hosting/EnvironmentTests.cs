using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;
using ChatApp.Hosting.Running;
using static ChatApp.Tests.Hosting.TestGraph;

namespace ChatApp.Tests.Hosting;

[Parallelizable(ParallelScope.All)]
public sealed class EnvironmentTests
{
    [Test]
    public async Task References_arrive_as_connection_strings_and_service_addresses()
    {
        await using var builder = DistributedApplicationTestingBuilder.Create("--ConnectionStrings:cache=elsewhere:6379,password=hunter2");
        var cache = builder.AddConnectionString("cache");
        var api = builder.AddScript("api", "exec sleep 100").WithHttpEndpoint(name: "http").WithHttpEndpoint(name: "grpc");
        builder.AddScript("service", "env").WithReference(cache).WithReference(api);
        await using var application = await builder.StartAsync();
        await application.ResourceNotifications.WaitForResourceAsync("service", KnownResourceStates.Finished, Soon);

        string[] expected =
        [
            "ConnectionStrings__cache=elsewhere:6379,password=hunter2",
            $"services__api__http__0={application.GetEndpoint("api", "http").ToString().TrimEnd('/')}",
            $"services__api__grpc__0={application.GetEndpoint("api", "grpc").ToString().TrimEnd('/')}",
        ];
        await EventuallyAsync(() => expected.All(application.LogOf("service").Contains), string.Join(", ", expected));
    }

    [Test]
    public async Task Secrets_are_masked_by_what_they_are_made_of_and_by_name()
    {
        await using var builder = DistributedApplicationTestingBuilder.Create("--Parameters:key=s3cret", "--ConnectionStrings:cache=host,password=s3cret");
        var key = builder.AddParameter("key", secret: true);
        var plain = builder.AddParameter("level", "debug");
        builder.AddScript("service", "exec sleep 100")
            .WithEnvironment("SIGNING", key)
            .WithEnvironment("COMPOSED", ReferenceExpression.Create($"prefix-{key}"))
            .WithEnvironment("SOME_TOKEN", "s3cret")
            .WithEnvironment("LEVEL", plain)
            .WithReference(builder.AddConnectionString("cache"));
        await using var application = await builder.StartAsync();
        await application.ProcessOfAsync("service");

        var shown = application.SnapshotOf("service").EnvironmentVariables.ToDictionary(variable => variable.Name, variable => variable.Value);

        shown["SIGNING"].ShouldBe(Secrets.Mask);
        shown["COMPOSED"].ShouldBe(Secrets.Mask);
        shown["SOME_TOKEN"].ShouldBe(Secrets.Mask);
        shown["ConnectionStrings__cache"].ShouldBe(Secrets.Mask);
        shown["LEVEL"].ShouldBe("debug");
        application.SnapshotOf("key").Properties.ShouldNotContain(property => Equals(property.Value, "s3cret"));
        application.SnapshotOf("cache").Properties.ShouldNotContain(property => property.Value is string && ((string)property.Value).Contains("s3cret"));
    }

    [Test]
    public async Task A_child_does_not_inherit_what_concerns_the_AppHost_alone()
    {
        Environment.SetEnvironmentVariable("ConnectionStrings__unrelated", "secret");
        await using var builder = DistributedApplicationTestingBuilder.Create();
        builder.AddScript("service", "env; echo end");
        await using var application = await builder.StartAsync();

        await EventuallyAsync(() => application.LogOf("service").Contains("end"), "the script's end");

        application.LogOf("service").ShouldNotContain(line => line.StartsWith("ConnectionStrings__unrelated"));
        application.LogOf("service").ShouldContain(line => line.StartsWith("PATH="));
    }

    [Test]
    public async Task A_parameter_without_a_value_says_how_to_give_one()
    {
        await using var builder = DistributedApplicationTestingBuilder.Create();
        var key = builder.AddParameter("api-key", secret: true);
        builder.AddScript("service", "exit 0").WithEnvironment("KEY", key);
        await using var application = await builder.StartAsync();

        var failure = await Should.ThrowAsync<DistributedApplicationException>(application.ResourceNotifications.WaitForResourceHealthyAsync("service", Soon));

        failure.Message.ShouldContain("Parameters:api-key");
    }

    [Test]
    public async Task Arguments_may_hold_values_of_other_resources()
    {
        await using var builder = DistributedApplicationTestingBuilder.Create();
        var api = builder.AddScript("api", "exec sleep 100").WithHttpEndpoint(name: "http");
        builder.AddExecutable("service", "/bin/echo", Path.GetTempPath()).WithArgs("address", api.GetEndpoint("http"));
        await using var application = await builder.StartAsync();

        var line = $"address {application.GetEndpoint("api").ToString().TrimEnd('/')}";
        await EventuallyAsync(() => application.LogOf("service").Contains(line), line);
    }
}
