using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;
using ChatApp.Hosting.Postgres;
using ChatApp.Hosting.State;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using static ChatApp.Tests.Hosting.TestGraph;

namespace ChatApp.Tests.Hosting;

[Parallelizable(ParallelScope.All)]
public sealed class StateTests
{
    [Test]
    public async Task A_second_AppHost_of_the_same_state_is_refused_and_the_first_goes_on()
    {
        using var folder = new TemporaryFolder();
        await using var first = DistributedApplicationTestingBuilder.Create(In(folder));
        first.AddScript("service", "exec sleep 100");
        await using var running = await first.StartAsync();
        var process = await running.ProcessOfAsync("service");
        await using var second = DistributedApplicationTestingBuilder.Create(In(folder), "--reset");
        await using var refused = await second.BuildAsync(Soon);

        var failure = await Should.ThrowAsync<DistributedApplicationException>(refused.StartAsync(Soon));

        failure.Message.ShouldContain("Another AppHost");
        failure.Message.ShouldContain($"process {Environment.ProcessId}");
        (await running.ProcessOfAsync("service")).ShouldBe(process);
        Directory.Exists(Path.Combine(folder.Path, "logs")).ShouldBeTrue();
    }

    [Test]
    public async Task A_generated_secret_stays_the_same_until_reset()
    {
        using var folder = new TemporaryFolder();

        var first = await GeneratedAsync(In(folder));
        var again = await GeneratedAsync(In(folder));
        var afterReset = await GeneratedAsync(In(folder), "--reset");

        again.ShouldBe(first);
        afterReset.ShouldNotBe(first);
        if (!OperatingSystem.IsWindows())
            File.GetUnixFileMode(folder.File("secrets.json")).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    [Test]
    public async Task Reset_empties_the_state()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder.File("volumes/postgres-data"));
        await File.WriteAllTextAsync(folder.File("volumes/postgres-data/PG_VERSION"), "15");
        await using var builder = DistributedApplicationTestingBuilder.Create(In(folder), "--reset");
        await using var application = await builder.StartAsync();

        Directory.Exists(folder.File("volumes")).ShouldBeFalse();
    }

    [Test]
    public async Task A_tests_own_state_goes_with_it()
    {
        string path;
        await using (var builder = DistributedApplicationTestingBuilder.Create())
        {
            builder.AddScript("service", "echo something");
            await using var application = await builder.StartAsync();
            path = application.Services.GetRequiredService<ChatApp.Hosting.Running.HostingOptions>().State.Path;
            await application.ResourceNotifications.WaitForResourceAsync("service", KnownResourceStates.Finished, Soon);
            Directory.Exists(path).ShouldBeTrue();
        }

        Directory.Exists(path).ShouldBeFalse();
    }

    [Test]
    public async Task Data_of_another_PostgreSQL_major_is_named_and_left_untouched()
    {
        if (PostgresBinaries.Installed().Count == 0)
            Assert.Ignore("no PostgreSQL is installed");
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder.File("volumes/postgres-data"));
        await File.WriteAllTextAsync(folder.File("volumes/postgres-data/PG_VERSION"), "9\n");
        await using var builder = DistributedApplicationTestingBuilder.Create(In(folder));
        builder.AddPostgres("postgres").WithDataVolume().AddDatabase("chatdb");
        await using var application = await builder.StartAsync();

        var failure = await Should.ThrowAsync<DistributedApplicationException>(application.ResourceNotifications.WaitForResourceHealthyAsync("chatdb", Soon));

        failure.Message.ShouldContain("PostgreSQL 9");
        failure.Message.ShouldContain(folder.File("volumes/postgres-data"));
        failure.Message.ShouldContain("--reset");
        Directory.GetFileSystemEntries(folder.File("volumes/postgres-data")).ShouldHaveSingleItem();
    }

    [Test]
    public void Two_checkouts_have_two_states()
    {
        var configuration = new ConfigurationBuilder().Build();

        StateDirectory.For(configuration, "/a/ChatApp.AppHost").Path.ShouldNotBe(StateDirectory.For(configuration, "/b/ChatApp.AppHost").Path);
    }

    [Test]
    public async Task An_unreadable_file_of_secrets_is_named_with_the_remedy()
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder.File("secrets.json"), "{ half");

        var failure = Should.Throw<DistributedApplicationException>(() => new SecretStore(new StateDirectory(folder.Path, isTemporary: false)).GetOrAdd("key", () => "new"));

        failure.Message.ShouldContain(folder.File("secrets.json"));
        failure.Message.ShouldContain("--reset");
    }

    private static string In(TemporaryFolder folder) => $"--{StateDirectory.ConfigurationKey}={folder.Path}";

    private static async Task<string?> GeneratedAsync(params string[] args)
    {
        await using var builder = DistributedApplicationTestingBuilder.Create(args);
        var key = builder.AddParameter("key", new GenerateParameterDefault { MinLength = 32 }, secret: true, persist: true);
        await using var application = await builder.StartAsync();
        return await key.Resource.GetValueAsync(Soon);
    }
}
