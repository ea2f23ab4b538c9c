using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;
using ChatApp.Hosting.Processes;
using Microsoft.Extensions.DependencyInjection;
using static ChatApp.Tests.Hosting.TestGraph;

namespace ChatApp.Tests.Hosting;

[Parallelizable(ParallelScope.All)]
public sealed class ProcessLifecycleTests
{
    [Test]
    public async Task A_process_that_crashes_is_started_again()
    {
        await using var builder = DistributedApplicationTestingBuilder.Create();
        builder.AddScript("service", "exec sleep 100").WithHttpEndpoint(name: "http");
        await using var application = await builder.StartAsync();
        var first = await application.ProcessOfAsync("service");

        ProcessSignals.Send(first, StopSignal.Kill);

        var restarted = await application.ResourceNotifications.WaitForResourceAsync(
            "service", change => change.Snapshot.Property<int>(KnownProperties.ProcessId) is not 0 and var id && id != first, Soon);
        restarted.Snapshot.Property<int>(KnownProperties.Restarts).ShouldBe(1);
    }

    [Test]
    public async Task A_process_that_never_gets_well_fails_with_the_reason_and_its_last_lines()
    {
        await using var builder = DistributedApplicationTestingBuilder.Create();
        builder.AddScript("service", "echo no configuration file; exit 3").WithHttpEndpoint(name: "http").WithHttpHealthCheck("/health");
        await using var application = await builder.StartAsync();

        var failure = await Should.ThrowAsync<DistributedApplicationException>(application.ResourceNotifications.WaitForResourceHealthyAsync("service", Soon));

        failure.Message.ShouldContain("'service'");
        failure.Message.ShouldContain("ended with code 3");
        failure.Message.ShouldContain("no configuration file");
    }

    [Test]
    public async Task A_command_that_does_not_exist_is_named()
    {
        await using var builder = DistributedApplicationTestingBuilder.Create();
        builder.AddExecutable("tool", "no-such-program", Path.GetTempPath());
        await using var application = await builder.StartAsync();

        var failure = await Should.ThrowAsync<DistributedApplicationException>(application.ResourceNotifications.WaitForResourceHealthyAsync("tool", Soon));

        failure.Message.ShouldContain("'no-such-program'");
        failure.Message.ShouldContain("PATH");
    }

    [Test]
    public async Task A_resource_starts_only_after_what_it_waits_for_is_healthy()
    {
        using var folder = new TemporaryFolder();
        var ready = folder.File("ready");
        await using var builder = DistributedApplicationTestingBuilder.Create();
        builder.Services.AddHealthChecks().AddCheck("flag", () => File.Exists(ready)
            ? Microsoft.Extensions.Diagnostics.HealthChecks.HealthCheckResult.Healthy()
            : Microsoft.Extensions.Diagnostics.HealthChecks.HealthCheckResult.Unhealthy("no flag yet"));
        var store = builder.AddScript("store", "exec sleep 100").WithHealthCheck("flag");
        builder.AddScript("service", $"test -e {ready} && echo after || echo before").WaitFor(store);
        await using var application = await builder.StartAsync();
        await application.ResourceNotifications.WaitForResourceAsync("store", change => change.Snapshot.HealthReports.Any(report => report.Description == "no flag yet"), Soon);
        application.SnapshotOf("service").State!.Text.ShouldBe(KnownResourceStates.Waiting);

        await File.WriteAllTextAsync(ready, "");

        await application.ResourceNotifications.WaitForResourceAsync("service", KnownResourceStates.Finished, Soon);
        await EventuallyAsync(() => application.LogOf("service").Contains("after"), "the script's line");
    }

    [Test]
    public async Task A_resource_whose_dependency_cannot_start_fails_too_and_says_why()
    {
        await using var builder = DistributedApplicationTestingBuilder.Create();
        var store = builder.AddExecutable("store", "no-such-program", Path.GetTempPath());
        builder.AddScript("service", "exec sleep 100").WaitFor(store);
        await using var application = await builder.StartAsync();

        var failure = await Should.ThrowAsync<DistributedApplicationException>(application.ResourceNotifications.WaitForResourceHealthyAsync("service", Soon));

        failure.Message.ShouldContain("'store'");
        failure.Message.ShouldContain("'no-such-program'");
    }

    [TestCase(0, "Finished")]
    [TestCase(4, "FailedToStart")]
    public async Task A_completion_counts_only_with_the_expected_code(int code, string expected)
    {
        await using var builder = DistributedApplicationTestingBuilder.Create();
        var migration = builder.AddScript("migration", $"exit {code}");
        builder.AddScript("service", "exit 0").WaitForCompletion(migration);
        await using var application = await builder.StartAsync();

        var state = await application.ResourceNotifications.WaitForResourceAsync("service", KnownResourceStates.TerminalStates, Soon);

        state.ShouldBe(expected);
    }

    [Test]
    public async Task Stopping_drains_each_resource_before_those_it_uses()
    {
        using var folder = new TemporaryFolder();
        var file = folder.File("stopped");
        await using var builder = DistributedApplicationTestingBuilder.Create();
        var store = builder.AddLongScript("store", file);
        var service = builder.AddLongScript("service", file).WaitFor(store);
        builder.AddLongScript("page", file).WithReference(service).WaitFor(service);
        var application = await builder.StartAsync();
        await using (application)
        {
            await application.ResourceNotifications.WaitForResourceHealthyAsync("page", Soon);
            foreach (var name in (string[])["store", "service", "page"])
                await EventuallyAsync(() => application.LogOf(name).Contains("ready"), $"the trap of {name}");
        }

        (await File.ReadAllLinesAsync(file)).ShouldBe(["page", "service", "store"]);
    }

    [Test]
    public async Task A_resource_stopped_by_someone_stays_stopped_until_started()
    {
        await using var builder = DistributedApplicationTestingBuilder.Create();
        builder.AddScript("service", "exec sleep 100").WithHttpEndpoint(name: "http");
        await using var application = await builder.StartAsync();
        var process = await application.ProcessOfAsync("service");

        (await application.ResourceCommands.ExecuteCommandAsync("service", KnownResourceCommands.StopCommand, Soon)).Success.ShouldBeTrue();

        ProcessIdentity.StartOf(process).ShouldBeNull();
        application.SnapshotOf("service").State!.Text.ShouldBe(KnownResourceStates.Exited);
        application.SnapshotOf("service").Property<int>(KnownProperties.Restarts).ShouldBe(0);
        (await application.ResourceCommands.ExecuteCommandAsync("service", KnownResourceCommands.StartCommand, Soon)).Success.ShouldBeTrue();
        (await application.ProcessOfAsync("service")).ShouldNotBe(process);
    }

    [Test]
    public async Task A_resource_with_explicit_start_waits_for_someone()
    {
        await using var builder = DistributedApplicationTestingBuilder.Create();
        builder.AddScript("tool", "exit 0").WithExplicitStart();
        await using var application = await builder.StartAsync();
        application.SnapshotOf("tool").State!.Text.ShouldBe(KnownResourceStates.NotStarted);

        await application.ResourceCommands.ExecuteCommandAsync("tool", KnownResourceCommands.StartCommand, Soon);

        await application.ResourceNotifications.WaitForResourceAsync("tool", KnownResourceStates.Finished, Soon);
    }

    [Test]
    public async Task A_command_to_an_unknown_resource_is_refused_by_name()
    {
        await using var builder = DistributedApplicationTestingBuilder.Create();
        await using var application = await builder.StartAsync();

        var result = await application.ResourceCommands.ExecuteCommandAsync("nobody", KnownResourceCommands.StopCommand, Soon);

        result.Success.ShouldBeFalse();
        result.ErrorMessage!.ShouldContain("nobody");
    }
}
