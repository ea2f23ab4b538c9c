using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;
using ChatApp.Tests.Graph;
using ChatApp.Tests.Orchestrator.Graph;

namespace ChatApp.Tests.AppHost;

/// <summary>What the AppHost's entry point describes, without starting it.</summary>
public sealed class GraphDescriptionTests
{
    [Test]
    public async Task The_whole_product_is_described()
    {
        await using var builder = await DescribeAsync();

        // Qdrant is there where it is installed; Aspire adds what builds a project again.
        builder.Resources.Where(resource => resource is not ParameterResource && !resource.HasAnnotationOfType<ExplicitStartupAnnotation>()).Select(resource => resource.Name).Where(name => name != "qdrant")
            .ShouldBe(["postgres", "chatdb", "redis", "inference", "orchestrator", "api", "web"], ignoreOrder: true);
        builder.Resources.OfType<ContainerResource>().ShouldBeEmpty();
    }

    [Test]
    public async Task A_given_connection_string_replaces_the_store()
    {
        var stores = await Stores.SharedAsync();
        await using var builder = await DescribeAsync($"--ConnectionStrings:chatdb={stores.ChatDb}", $"--ConnectionStrings:redis={stores.Redis}");

        builder.Resources.ShouldNotContain(resource => resource.Name == "postgres" || (resource is ExecutableResource && !resource.HasAnnotationOfType<ExplicitStartupAnnotation>()));
        builder.Resources.OfType<IResourceWithConnectionString>().Select(resource => resource.Name).ShouldBe(["chatdb", "redis"], ignoreOrder: true);
    }

    [Test]
    public async Task Replicas_are_as_many_as_asked_for()
    {
        await using var builder = await DescribeAsync("--Replicas:Api=3", "--Replicas:Orchestrator=2");

        Replicas("api").ShouldBe(3);
        Replicas("orchestrator").ShouldBe(2);

        int Replicas(string name) => builder.Resources.Single(resource => resource.Name == name).Annotations.OfType<ReplicaAnnotation>().Last().Replicas;
    }

    [Test]
    public async Task The_Api_believes_its_own_web_server_about_whose_request_it_is()
    {
        await using var builder = await DescribeAsync();
        var api = (IResourceWithEnvironment)builder.Resources.Single(resource => resource.Name == "api");
        var context = new EnvironmentCallbackContext(builder.ExecutionContext, api);
        foreach (var annotation in api.Annotations.OfType<EnvironmentCallbackAnnotation>())
            await annotation.Callback(context);

        context.EnvironmentVariables.Where(variable => variable.Key.StartsWith("Edge__KnownProxies", StringComparison.Ordinal)).Select(variable => variable.Value).ShouldBe(["127.0.0.1", "::1"], ignoreOrder: true);
    }

    private static async Task<IDistributedApplicationTestingBuilder> DescribeAsync(params string[] args) =>
        await DistributedApplicationTestingBuilder.CreateAsync<Projects.ChatApp_AppHost>([$"--State={GraphUnderTest.NewState()}", .. args]);
}
