using ChatApp.Orchestrator.Ids;
using ChatApp.Orchestrator.Metering;
using ChatApp.Orchestrator.Storage;
using ChatApp.Tests.Orchestrator.Graph;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace ChatApp.Tests.Orchestrator.Metering;

/// <summary>Usage that is metered while the database is away.</summary>
public sealed class LateUsageTests : GraphTest
{
    [Test]
    public async Task Usage_that_the_database_did_not_take_is_stored_by_whichever_replica_lives_on()
    {
        await using var redis = await StackExchange.Redis.ConnectionMultiplexer.ConnectAsync(Graph.Stores.Redis);
        await using var away = NpgsqlDataSource.Create("Host=127.0.0.1;Port=1;Username=nobody;Database=none;Timeout=2;Pooling=false");
        var ledger = new GenerationLedger(
            new UsageStore(new OwnedDatabase(away, TimeProvider.System), away), new LateUsage(redis), new IdFactory(TimeProvider.System), TimeProvider.System, NullLogger<GenerationLedger>.Instance);

        await ledger.RecordAsync(User, new GenerationRecord("title", "scripted", "scripted", new TokenUsage(5, 2, 7) { Cost = 0.5m }, GenerationOutcome.Completed), CancellationToken.None);

        // This replica is gone; it never had a loop that stores later.
        (await Eventually.BecomesAsync(
            () => Graph.ScalarAsync<decimal?>("SELECT cost FROM chat.usage_events WHERE user_id = @User AND input_tokens = 5 AND cached_tokens = 2 AND output_tokens = 7 AND outcome = 'completed'", new { User }),
            cost => cost is not null)).ShouldBe(0.5m);
    }
}
