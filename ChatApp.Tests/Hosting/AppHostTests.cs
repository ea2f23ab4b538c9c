using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;
using static ChatApp.Tests.Hosting.TestGraph;

namespace ChatApp.Tests.Hosting;

[Parallelizable(ParallelScope.All)]
public sealed class AppHostTests
{
    [Test]
    public void Each_referenced_project_has_a_generated_class_that_knows_its_files()
    {
        IProjectMetadata[] projects = [new Projects.ChatApp_Inference(), new Projects.ChatApp_Orchestrator(), new Projects.ChatApp_Api(), new Projects.ChatApp_Web()];

        projects.ShouldAllBe(project => File.Exists(project.ProjectPath));
        projects.ShouldAllBe(project => File.Exists(((IProjectOutput)project).TargetPath));
    }

    [Test]
    public async Task Its_entry_point_describes_the_whole_product()
    {
        await using var builder = await DistributedApplicationTestingBuilder.CreateAsync<Projects.ChatApp_AppHost>(Soon);

        // Qdrant is there where it is installed.
        builder.Resources.Select(resource => resource.Name).Where(name => name != "qdrant").ShouldBe(["internal-key", "postgres", "chatdb", "redis", "inference", "orchestrator", "api", "web"], ignoreOrder: true);
        builder.AppHostDirectory.ShouldBe(Projects.ChatApp_AppHost.ProjectPath);
    }

    [Test]
    public async Task A_configured_connection_string_replaces_the_store()
    {
        string[] args = ["--ConnectionStrings:chatdb=Host=elsewhere", "--ConnectionStrings:redis=elsewhere:6379"];
        await using var builder = await DistributedApplicationTestingBuilder.CreateAsync<Projects.ChatApp_AppHost>(args, Soon);

        builder.Resources.ShouldNotContain(resource => resource is PostgresServerResource || resource is RedisResource);
        builder.Resources.OfType<IResourceWithConnectionString>().Select(resource => resource.Name).ShouldBe(["chatdb", "redis"]);
    }

    [Test]
    public async Task Resources_that_wait_for_each_other_are_named()
    {
        await using var builder = DistributedApplicationTestingBuilder.Create();
        var a = builder.AddScript("a", "exit 0");
        var b = builder.AddScript("b", "exit 0").WaitFor(a);
        a.WaitFor(b);
        await using var application = await builder.BuildAsync(Soon);

        var failure = await Should.ThrowAsync<DistributedApplicationException>(application.StartAsync(Soon));

        failure.Message.ShouldContain("a -> b -> a");
    }

    [TestCase("")]
    [TestCase("two words")]
    [TestCase("9lives")]
    [TestCase("end-")]
    [TestCase("a--b")]
    public void A_name_that_is_no_host_name_is_refused(string name)
    {
        var builder = DistributedApplicationTestingBuilder.Create();

        Should.Throw<ArgumentException>(() => builder.AddParameter(name, "value"));
    }

    [Test]
    public void A_name_is_given_once_whatever_its_case()
    {
        using var builder = DistributedApplicationTestingBuilder.Create();
        builder.AddParameter("key", "value");

        Should.Throw<DistributedApplicationException>(() => builder.AddParameter("KEY", "value")).Message.ShouldContain("'KEY'");
    }
}
