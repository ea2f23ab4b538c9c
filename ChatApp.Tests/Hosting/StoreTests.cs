using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;
using ChatApp.Hosting.Processes;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Npgsql;
using StackExchange.Redis;
using static ChatApp.Tests.Hosting.TestGraph;

namespace ChatApp.Tests.Hosting;

/// <summary>Real PostgreSQL and Garnet.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class StoreTests
{
    [Test]
    public async Task PostgreSQL_keeps_what_was_committed_through_a_kill_and_is_found_at_the_same_address()
    {
        await using var builder = DistributedApplicationTestingBuilder.Create();
        builder.AddPostgres("postgres").WithDataVolume().AddDatabase("chatdb");
        await using var application = await builder.StartAsync();
        await application.ResourceNotifications.WaitForResourceHealthyAsync("chatdb", Soon);
        var connectionString = await application.GetConnectionStringAsync("chatdb", Soon);
        await ExecuteAsync(connectionString, "CREATE TABLE kept (word text); INSERT INTO kept VALUES ('still here')");
        var process = await application.ProcessOfAsync("postgres");

        ProcessSignals.Send(process, StopSignal.Kill);

        await application.ResourceNotifications.WaitForResourceAsync("postgres", change => change.Snapshot.Property<int>(KnownProperties.Restarts) == 1 && change.Snapshot.HealthStatus == HealthStatus.Healthy, Soon);
        (await application.GetConnectionStringAsync("chatdb", Soon)).ShouldBe(connectionString);
        (await ExecuteAsync(connectionString, "SELECT word FROM kept")).ShouldBe("still here");
    }

    [Test]
    public async Task PostgreSQL_refuses_a_wrong_password()
    {
        await using var builder = DistributedApplicationTestingBuilder.Create();
        builder.AddPostgres("postgres").AddDatabase("chatdb");
        await using var application = await builder.StartAsync();
        await application.ResourceNotifications.WaitForResourceHealthyAsync("chatdb", Soon);
        var settings = new NpgsqlConnectionStringBuilder(await application.GetConnectionStringAsync("chatdb", Soon)) { Password = "wrong" };

        var refusal = await Should.ThrowAsync<PostgresException>(ExecuteAsync(settings.ConnectionString, "SELECT 1"));

        refusal.SqlState.ShouldBe(PostgresErrorCodes.InvalidPassword);
    }

    [Test]
    public async Task Garnet_serves_scripts_to_those_who_know_the_password()
    {
        await using var builder = DistributedApplicationTestingBuilder.Create();
        builder.AddRedis("redis");
        await using var application = await builder.StartAsync();
        await application.ResourceNotifications.WaitForResourceHealthyAsync("redis", Soon);
        var connectionString = (await application.GetConnectionStringAsync("redis", Soon))!;

        await using var redis = await ConnectionMultiplexer.ConnectAsync(connectionString);
        ((int)await redis.GetDatabase().ScriptEvaluateAsync("return redis.call('INCRBY', KEYS[1], 5)", ["n"])).ShouldBe(5);
        await Should.ThrowAsync<RedisConnectionException>(ConnectionMultiplexer.ConnectAsync(connectionString.Split(',')[0] + ",connectRetry=0,connectTimeout=2000"));
    }

    [Test]
    public async Task Two_applications_run_side_by_side()
    {
        await using var one = DistributedApplicationTestingBuilder.Create();
        one.AddRedis("redis");
        await using var other = DistributedApplicationTestingBuilder.Create();
        other.AddRedis("redis");
        await using var first = await one.StartAsync();
        await using var second = await other.StartAsync();
        await first.ResourceNotifications.WaitForResourceHealthyAsync("redis", Soon);
        await second.ResourceNotifications.WaitForResourceHealthyAsync("redis", Soon);

        await using var a = await ConnectionMultiplexer.ConnectAsync((await first.GetConnectionStringAsync("redis", Soon))!);
        await using var b = await ConnectionMultiplexer.ConnectAsync((await second.GetConnectionStringAsync("redis", Soon))!);
        await a.GetDatabase().StringSetAsync("whose", "first");

        (await b.GetDatabase().StringGetAsync("whose")).IsNull.ShouldBeTrue();
    }

    private static async Task<object?> ExecuteAsync(string? connectionString, string sql)
    {
        await using var source = NpgsqlDataSource.Create(connectionString!);
        await using var command = source.CreateCommand(sql);
        return await command.ExecuteScalarAsync(Soon);
    }
}
