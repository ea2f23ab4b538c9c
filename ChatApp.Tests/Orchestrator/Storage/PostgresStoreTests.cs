using ChatApp.ServiceDefaults.Storage;
using ChatApp.Tests.Orchestrator.Graph;
using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;

namespace ChatApp.Tests.Orchestrator.Storage;

public sealed class PostgresStoreTests
{
    private IHost _host = null!;
    private NpgsqlDataSource _source = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Configuration["ConnectionStrings:chatdb"] = await (await Stores.SharedAsync()).NewDatabaseAsync("store") + ";Max Auto Prepare=4;Auto Prepare Min Usages=2;Maximum Pool Size=1";
        builder.AddPostgresStore("chatdb");
        _host = builder.Build();
        _source = _host.Services.GetRequiredService<NpgsqlDataSource>();
    }

    [OneTimeTearDown]
    public void Stop() => _host.Dispose();

    [Test]
    public async Task A_statement_that_fails_does_no_harm_to_whoever_gets_its_connection_next()
    {
        var random = new Random(7);
        for (var i = 0; i < 200; i++)
        {
            await using var connection = await _source.OpenConnectionAsync();
            var divisor = random.Next(4) == 0 ? 0 : 1;
            var work = () => connection.QuerySingleAsync<int>($"SELECT 1 / @divisor + {random.Next(6)}", new { divisor });
            if (divisor == 0)
                (await work.ShouldThrowAsync<PostgresException>()).SqlState.ShouldBe(PostgresErrorCodes.DivisionByZero);
            else
                await work();
        }
    }

    // An attribute could not hold half a pair.
    private static readonly string[] s_odd = ["a\0b", "a\ud83d", "\ude00\ud83d b"];

    [TestCaseSource(nameof(s_odd))]
    public async Task A_text_that_cannot_be_stored_is_refused_where_it_is_bound_whatever_way_it_comes(string odd)
    {
        await using var connection = await _source.OpenConnectionAsync();
        var named = new DynamicParameters();
        named.Add("a", odd);
        object[] ways = [new { a = odd }, new { a = (string[])["fine", odd] }, named, new DynamicParameters(new { a = odd })];
        foreach (var way in ways)
        {
            var refused = await Should.ThrowAsync<UnstorableTextException>(() => connection.QueryAsync("SELECT @a", way));
            DatabaseRefusals.IsRefusal(refused).ShouldBeTrue();
        }

        var escaped = await Should.ThrowAsync<PostgresException>(() => connection.QueryAsync("SELECT @a::jsonb", new { a = """{"a":"\u0000"}""" }));
        DatabaseRefusals.IsRefusal(escaped).ShouldBeTrue();
        TransientFailures.IsTransient(escaped).ShouldBeFalse();
    }

    [Test]
    public async Task Texts_are_stored_and_read_as_they_are()
    {
        await using var connection = await _source.OpenConnectionAsync();
        string[] texts = ["", "a\n\u0001b", "\U0001F600 \u00e9", "\ufffd"];
        (await connection.QueryAsync<string>("SELECT unnest(@texts)", new { texts })).ShouldBe(texts);
        foreach (var text in texts)
            (await connection.QuerySingleAsync<string?>("SELECT @text", new { text })).ShouldBe(text);
        (await connection.QuerySingleAsync<string?>("SELECT @text::text", new { text = (string?)null })).ShouldBeNull();
        (await connection.QuerySingleAsync<string[]>("SELECT @texts", new { texts })).ShouldBe(texts);
    }
}
