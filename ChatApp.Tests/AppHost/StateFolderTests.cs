using Aspire.Hosting;
using ChatApp.AppHost.Local.State;

namespace ChatApp.Tests.AppHost;

public sealed class StateFolderTests
{
    [Test]
    public void A_second_AppHost_of_the_same_state_is_refused_with_the_remedy()
    {
        using var folder = new TemporaryFolder();
        var first = Open(folder);

        var failure = Should.Throw<DistributedApplicationException>(() => Open(folder, StateFolder.ResetSwitch));

        failure.Message.ShouldContain("Another AppHost");
        failure.Message.ShouldContain($"process {Environment.ProcessId}");
        failure.Message.ShouldContain("--State=");
        first.Release();
    }

    [Test]
    public void A_generated_secret_stays_until_reset_and_only_its_owner_reads_it()
    {
        using var folder = new TemporaryFolder();

        var first = Secret(folder);
        var again = Secret(folder);
        var afterReset = Secret(folder, StateFolder.ResetSwitch);

        first.Length.ShouldBeGreaterThanOrEqualTo(32);
        again.ShouldBe(first);
        afterReset.ShouldNotBe(first);
        if (!OperatingSystem.IsWindows())
            File.GetUnixFileMode(folder.File("secrets.json")).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    [Test]
    public void Reset_empties_the_state()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder.File("volumes/postgres-data"));
        File.WriteAllText(folder.File("volumes/postgres-data/PG_VERSION"), "15");

        Open(folder, StateFolder.ResetSwitch).Release();

        Directory.Exists(folder.File("volumes")).ShouldBeFalse();
    }

    [Test]
    public void A_session_starts_empty()
    {
        using var folder = new TemporaryFolder();
        var state = Open(folder);
        File.WriteAllText(Path.Combine(state.Session("redis"), "old"), "");

        Directory.GetFiles(state.Session("redis")).ShouldBeEmpty();
        state.Release();
    }

    [Test]
    public void A_folder_that_cannot_be_written_is_named_with_the_remedy()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("file"), "");

        var failure = Should.Throw<DistributedApplicationException>(() => StateFolder.Open(Builder(folder.File("file/state")), []));

        failure.Message.ShouldContain(folder.File("file/state"));
        failure.Message.ShouldContain("--State=");
    }

    [Test]
    public void A_damaged_file_of_secrets_is_named_with_the_remedy()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("secrets.json"), "{ half");

        var failure = Should.Throw<DistributedApplicationException>(() => Secret(folder));

        failure.Message.ShouldContain(folder.File("secrets.json"));
        failure.Message.ShouldContain(StateFolder.ResetSwitch);
    }

    [Test]
    public void An_AppHost_that_was_killed_is_known_to_the_next()
    {
        using var folder = new TemporaryFolder();
        Open(folder).Release();
        var afterCleanStop = Open(folder);
        afterCleanStop.DiedWithoutStopping.ShouldBeNull();
        afterCleanStop.Release();
        File.WriteAllText(folder.File("apphost.pid"), "4711");

        var afterKill = Open(folder);

        afterKill.DiedWithoutStopping.ShouldBe(4711);
        afterKill.Release();
    }

    private static StateFolder Open(TemporaryFolder folder, params string[] args) => StateFolder.Open(Builder(folder.Path), args);

    private static string Secret(TemporaryFolder folder, params string[] args)
    {
        var state = Open(folder, args);
        try
        {
            return new StateSecret(state, "key", 32).GetDefaultValue();
        }
        finally
        {
            state.Release();
        }
    }

    private static IDistributedApplicationBuilder Builder(string state)
    {
        var builder = DistributedApplication.CreateBuilder(new DistributedApplicationOptions { DisableDashboard = true });
        builder.Configuration[StateFolder.ConfigurationKey] = state;
        return builder;
    }
}
