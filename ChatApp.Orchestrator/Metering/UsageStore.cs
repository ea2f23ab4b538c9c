using ChatApp.Orchestrator.Gateway;
using ChatApp.Orchestrator.Ids;
using ChatApp.Orchestrator.Storage;

namespace ChatApp.Orchestrator.Metering;

/// <summary>What model calls outside of turns used; a turn's usage is stored with its end.</summary>
public sealed class UsageStore(OwnedDatabase database, IdFactory ids, TimeProvider time)
{
    public Task RecordAsync(string owner, string purpose, string model, TokenUsage usage, CancellationToken cancellationToken) =>
        database.For(owner).ExecuteAsync(
            """
            INSERT INTO chat.usage_events (id, user_id, purpose, model, input_tokens, cached_tokens, output_tokens, ts)
            VALUES (@id, @owner, @purpose, @model, @InputTokens, @CachedTokens, @OutputTokens, @now)
            """,
            new { id = ids.New(), purpose, model, usage.InputTokens, usage.CachedTokens, usage.OutputTokens, now = time.GetUtcNow().UtcDateTime },
            cancellationToken);
}
