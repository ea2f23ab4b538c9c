using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;
using ChatApp.AppHost.Supervision;
using ChatApp.Tests.Graph;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using StackExchange.Redis;

namespace ChatApp.Tests.AppHost;

/// <summary>The AppHost's stores beside small programs: what becomes of a process that ends.</summary>
[Platform("Linux", Reason = "scripts of a POSIX shell")]
public sealed class SupervisionTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private string _starts = null!;
    private GraphUnderTest _graph = null!;

    private static CancellationToken Soon => new CancellationTokenSource(s_patience).Token;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _starts = $"{GraphUnderTest.NewState()}-starts";
        _graph = await GraphUnderTest.StartAsync(builder =>
        {
            GraphUnderTest.WithoutServices(builder);
            Script(builder, "crashing", "exec sleep 1000");
            Script(builder, "stopped", "exec sleep 1000");
            Script(builder, "retold", "exec sleep 1000");
            Script(builder, "failing", $"echo started >> {_starts}; exit 3")
                .WithHealthCheck(Never(builder));
        });
        await _graph.HealthyAsync("chatdb", "redis");
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        await _graph.DisposeAsync();
        File.Delete(_starts);
    }

    [Test]
    public async Task A_process_that_crashes_is_started_again_and_its_log_says_so()
    {
        await _graph.HealthyAsync("crashing");
        var first = await _graph.ProcessIdAsync("crashing", Soon);

        await _graph.KillAsync("crashing");

        int second;
        do
            second = await _graph.ProcessIdAsync("crashing", Soon);
        while (second == first);
        (await LogAsync("crashing")).ShouldContain(line => line.Contains("started again"));
    }

    [Test]
    public async Task What_never_becomes_healthy_is_given_up_with_the_reason_in_its_log()
    {
        await _graph.Application.ResourceNotifications.WaitForResourceAsync("failing", KnownResourceStates.FailedToStart, Soon);

        File.ReadAllLines(_starts).Length.ShouldBe(3);
        (await LogAsync("failing")).ShouldContain(line => line.Contains("3 times") && line.Contains("not started again"));
    }

    [Test]
    public async Task A_resource_that_a_person_stops_stays_stopped_until_a_person_starts_it()
    {
        await _graph.HealthyAsync("stopped");
        var seen = new List<string?>();
        using var ending = new CancellationTokenSource();
        var watching = WatchAsync("stopped", seen, ending.Token);

        (await _graph.Application.ResourceCommands.ExecuteCommandAsync("stopped", KnownResourceCommands.StopCommand, Soon)).Success.ShouldBeTrue();
        (await _graph.Application.ResourceCommands.ExecuteCommandAsync("stopped", KnownResourceCommands.StartCommand, Soon)).Success.ShouldBeTrue();
        await _graph.HealthyAsync("stopped");

        await ending.CancelAsync();
        await watching.ContinueWith(_ => { }, TaskScheduler.Default);
        seen.ShouldContain(KnownResourceStates.Stopping);
        seen.ShouldNotContain(Restarts.Restarting);
    }

    [Test]
    public async Task An_end_that_is_told_again_after_the_next_start_is_no_crash()
    {
        var notifications = _graph.Application.ResourceNotifications;
        var commands = _graph.Application.ResourceCommands;
        await _graph.HealthyAsync("retold");
        var seen = new List<string?>();
        using var ending = new CancellationTokenSource();
        var watching = WatchAsync("retold", seen, ending.Token);
        (await commands.ExecuteCommandAsync("retold", KnownResourceCommands.StopCommand, Soon)).Success.ShouldBeTrue();
        var ended = await notifications.WaitForResourceAsync("retold", change => change.Snapshot.State?.Text == KnownResourceStates.Finished, Soon);
        (await commands.ExecuteCommandAsync("retold", KnownResourceCommands.StartCommand, Soon)).Success.ShouldBeTrue();
        await _graph.HealthyAsync("retold");
        var running = await notifications.WaitForResourceAsync("retold", change => change.Snapshot.State?.Text == KnownResourceStates.Running, Soon);

        await notifications.PublishUpdateAsync(ended.Resource, ended.ResourceId, _ => ended.Snapshot);
        await notifications.PublishUpdateAsync(running.Resource, running.ResourceId, _ => running.Snapshot);

        (await commands.ExecuteCommandAsync("retold", KnownResourceCommands.StopCommand, Soon)).Success.ShouldBeTrue();
        await notifications.WaitForResourceAsync("retold", change => change.Snapshot.State?.Text == KnownResourceStates.Finished && change.Snapshot.StopTimeStamp != ended.Snapshot.StopTimeStamp, Soon);
        await ending.CancelAsync();
        await watching.ContinueWith(_ => { }, TaskScheduler.Default);
        seen.ShouldNotContain(Restarts.Restarting);
    }

    [Test]
    public async Task PostgreSQL_keeps_what_was_committed_through_a_kill_and_is_found_at_the_same_address()
    {
        var connectionString = await _graph.Application.GetConnectionStringAsync("chatdb", Soon);
        await ExecuteAsync(connectionString, "CREATE TABLE kept (word text); INSERT INTO kept VALUES ('still here')");
        var first = await _graph.ProcessIdAsync("postgres", Soon);

        await _graph.KillAsync("postgres");

        while (await _graph.ProcessIdAsync("postgres", Soon) == first)
            await Task.Yield();
        (await _graph.Application.GetConnectionStringAsync("chatdb", Soon)).ShouldBe(connectionString);
        object? word = null;
        await Eventually.HoldsAsync(() => TryRead(connectionString, out word), "PostgreSQL answers again", s_patience);
        word.ShouldBe("still here");
    }

    [Test]
    public async Task PostgreSQL_refuses_a_wrong_password()
    {
        var settings = new NpgsqlConnectionStringBuilder(await _graph.Application.GetConnectionStringAsync("chatdb", Soon)) { Password = "wrong" };

        var refusal = await Should.ThrowAsync<PostgresException>(ExecuteAsync(settings.ConnectionString, "SELECT 1"));

        refusal.SqlState.ShouldBe(PostgresErrorCodes.InvalidPassword);
    }

    [Test]
    public async Task Garnet_serves_scripts_to_those_who_know_the_password()
    {
        var connectionString = (await _graph.Application.GetConnectionStringAsync("redis", Soon))!;

        await using var redis = await ConnectionMultiplexer.ConnectAsync(connectionString);

        ((int)await redis.GetDatabase().ScriptEvaluateAsync("return redis.call('INCRBY', KEYS[1], 5)", ["n"])).ShouldBe(5);
        await Should.ThrowAsync<RedisConnectionException>(ConnectionMultiplexer.ConnectAsync(connectionString.Split(',')[0] + ",connectRetry=0,connectTimeout=2000"));
    }

    [Test]
    public async Task A_graph_beside_it_has_stores_of_its_own()
    {
        await using var other = await GraphUnderTest.StartAsync(GraphUnderTest.WithoutServices);
        await other.HealthyAsync("redis");

        await using var a = await ConnectionMultiplexer.ConnectAsync((await _graph.Application.GetConnectionStringAsync("redis", Soon))!);
        await using var b = await ConnectionMultiplexer.ConnectAsync((await other.Application.GetConnectionStringAsync("redis", Soon))!);
        await a.GetDatabase().StringSetAsync("whose", "first");

        (await b.GetDatabase().StringGetAsync("whose")).IsNull.ShouldBeTrue();
    }

    [Test]
    public async Task Reset_data_empties_the_database_and_it_is_there_again()
    {
        await using var other = await GraphUnderTest.StartAsync(GraphUnderTest.WithoutServices);
        await other.HealthyAsync("chatdb", "redis");
        var connectionString = await other.Application.GetConnectionStringAsync("chatdb", Soon);
        await ExecuteAsync(connectionString, "CREATE TABLE kept (word text)");

        var result = await other.Application.ResourceCommands.ExecuteCommandAsync("postgres", ChatApp.AppHost.Local.Postgres.ResetData.Command, Soon);

        result.Success.ShouldBeTrue(result.Message);
        await other.HealthyAsync("chatdb", "redis");
        (await ExecuteAsync(connectionString, "SELECT to_regclass('kept')::text")).ShouldBe(DBNull.Value);
    }

    private static IResourceBuilder<ExecutableResource> Script(IDistributedApplicationTestingBuilder builder, string name, string script) =>
        builder.AddExecutable(name, "/bin/sh", Path.GetTempPath(), "-e", "-c", script);

    private static string Never(IDistributedApplicationTestingBuilder builder)
    {
        builder.Services.AddHealthChecks().AddCheck("never", () => Microsoft.Extensions.Diagnostics.HealthChecks.HealthCheckResult.Unhealthy());
        return "never";
    }

    private async Task<List<string>> LogAsync(string resource)
    {
        _graph.Application.ResourceNotifications.TryGetCurrentState(resource, out var current).ShouldBeTrue();
        List<string> lines = [];
        await foreach (var batch in _graph.Application.Services.GetRequiredService<ResourceLoggerService>().GetAllAsync(current!.ResourceId).WithCancellation(Soon))
            lines.AddRange(batch.Select(line => line.Content));
        return lines;
    }

    private async Task WatchAsync(string resource, List<string?> states, CancellationToken cancellationToken)
    {
        await foreach (var change in _graph.Application.ResourceNotifications.WatchAsync(cancellationToken))
        {
            if (change.Resource.Name == resource)
                states.Add(change.Snapshot.State?.Text);
        }
    }

    private static bool TryRead(string? connectionString, out object? word)
    {
        try
        {
            using var connection = new NpgsqlConnection(connectionString + ";Pooling=false");
            connection.Open();
            using var command = new NpgsqlCommand("SELECT word FROM kept", connection);
            word = command.ExecuteScalar();
            return true;
        }
        catch (NpgsqlException)
        {
            word = null;
            return false;
        }
    }

    private static async Task<object?> ExecuteAsync(string? connectionString, string sql)
    {
        await using var connection = new NpgsqlConnection(connectionString + ";Pooling=false");
        await connection.OpenAsync(Soon);
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync(Soon);
    }
}
