using ChatApp.Orchestrator.Errors;
using ChatApp.Orchestrator.Storage;

namespace ChatApp.Orchestrator.Conversations;

/// <summary>Gives everything that a guest made to the account that they signed in to, in one transaction.</summary>
internal sealed class GuestAdoption(OwnedDatabase database)
{
    /// <summary>Tables whose rows only change hands. Request ids were unique for the guest and need not be for the account.</summary>
    private static readonly string[] Statements =
    [
        "UPDATE chat.messages SET user_id = @owner WHERE user_id = @guest",
        "UPDATE chat.turns SET user_id = @owner, request_id = NULL WHERE user_id = @guest",
        "UPDATE chat.shares SET user_id = @owner WHERE user_id = @guest",
        "UPDATE chat.summaries SET user_id = @owner WHERE user_id = @guest",
        "UPDATE chat.files SET user_id = @owner WHERE user_id = @guest",
        "UPDATE chat.jobs SET user_id = @owner WHERE user_id = @guest",
        "UPDATE chat.message_files SET user_id = @owner WHERE user_id = @guest",
        "UPDATE chat.usage_events SET user_id = @owner WHERE user_id = @guest",
        """
        WITH used AS (DELETE FROM chat.usage_totals WHERE user_id = @guest RETURNING *)
        INSERT INTO chat.usage_totals AS t (user_id, day, model, purpose, generations, input_tokens, cached_tokens, output_tokens, cost)
        SELECT @owner, day, model, purpose, generations, input_tokens, cached_tokens, output_tokens, cost FROM used
        ON CONFLICT (user_id, day, model, purpose) DO UPDATE SET
            generations   = t.generations + excluded.generations,
            input_tokens  = t.input_tokens + excluded.input_tokens,
            cached_tokens = t.cached_tokens + excluded.cached_tokens,
            output_tokens = t.output_tokens + excluded.output_tokens,
            cost          = t.cost + excluded.cost
        """,
    ];

    /// <returns>The number of conversations that changed hands.</returns>
    /// <exception cref="RefusedException">An answer is still being written for the guest.</exception>
    public async Task<int> AdoptAsync(string owner, string guest, CancellationToken cancellationToken)
    {
        await using var transaction = await database.For(owner).BeginAsync(cancellationToken);
        // Locks them: no turn begins in one of them any more, and one that has begun is seen below.
        var adopted = await transaction.ExecuteAsync("UPDATE chat.conversations SET user_id = @owner WHERE user_id = @guest", new { guest }, cancellationToken);
        var running = await transaction.FirstOrDefaultAsync<Guid?>(
            "SELECT id FROM chat.turns WHERE user_id = @guest AND user_id <> @owner AND status IN ('Queued', 'Running') LIMIT 1", new { guest }, cancellationToken);
        if (running is { } turn)
            throw new RefusedException(Refusal.Conflict, "turn_running", "An answer is still being written. Wait for it or stop it, then try again.") { RunningTurnId = turn };
        foreach (var statement in Statements)
            await transaction.ExecuteAsync(statement, new { guest }, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return adopted;
    }
}
