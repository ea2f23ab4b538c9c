using ChatApp.Orchestrator.Ids;
using ChatApp.Orchestrator.Storage;
using Dapper;
using Microsoft.Extensions.Options;
using Npgsql;

namespace ChatApp.Orchestrator.Jobs;

/// <summary>Jobs in PostgreSQL: what is asked for together with other rows is done if and only if those were committed.</summary>
internal sealed class JobStore(NpgsqlDataSource dataSource, IdFactory ids, TimeProvider time, IOptions<JobOptions> options)
{
    private const string Columns = "id, kind, subject, user_id, attempts, lease, error";

    /// <summary>Set when this replica asked for a job.</summary>
    public AsyncAutoResetEvent Asked { get; } = new();

    private DateTime Now => time.GetUtcNow().UtcDateTime;

    /// <summary>
    /// Asks for a job. One that waits already is that job; one that runs is done once more; one that was given up starts anew.
    /// </summary>
    /// <param name="transaction">What it is part of; workers see it with the commit. Null: on its own.</param>
    /// <param name="kind">Which.</param>
    /// <param name="userId">Whose.</param>
    /// <param name="subject">What it is about.</param>
    /// <param name="cancellationToken">Ends the asking.</param>
    public async Task AskAsync(OwnerTransaction? transaction, string kind, string userId, Guid subject, CancellationToken cancellationToken)
    {
        const string Sql =
            """
            INSERT INTO chat.jobs AS j (id, kind, subject, user_id, due_at, created_at) VALUES (@id, @kind, @subject, @owner, @now, @now)
            ON CONFLICT (kind, subject) DO UPDATE SET
                again = j.lease IS NOT NULL,
                due_at = CASE WHEN j.lease IS NULL THEN excluded.due_at ELSE j.due_at END,
                attempts = CASE WHEN j.failed_at IS NULL THEN j.attempts ELSE 0 END,
                error = CASE WHEN j.failed_at IS NULL THEN j.error END,
                failed_at = NULL
            """;
        var asked = new { id = ids.New(), kind, subject, now = Now };
        if (transaction is not null)
        {
            await transaction.ExecuteAsync(Sql, asked, cancellationToken);
        }
        else
        {
            await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
            await connection.ExecuteAsync(OwnedCommand.Create(userId, Sql, asked, null, cancellationToken));
        }

        Asked.Set();
    }

    /// <summary>Takes the job that is due longest of the user who was served longest ago; null when none is due.</summary>
    /// <param name="kinds">What the worker can do.</param>
    /// <param name="cancellationToken">Ends the taking.</param>
    public async Task<Job?> TakeAsync(IReadOnlyCollection<string> kinds, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        return await connection.QueryFirstOrDefaultAsync<Job>(new CommandDefinition(
            $"""
            WITH taken AS (
                UPDATE chat.jobs SET lease = @lease, attempts = attempts + 1, due_at = @until
                WHERE id = (
                    SELECT j.id FROM chat.jobs j LEFT JOIN chat.job_users u ON u.user_id = j.user_id
                    WHERE j.kind = ANY(@kinds) AND j.due_at <= @now AND j.failed_at IS NULL
                    ORDER BY u.served_at NULLS FIRST, j.due_at, j.id
                    LIMIT 1 FOR UPDATE OF j SKIP LOCKED)
                RETURNING {Columns}),
            served AS (
                INSERT INTO chat.job_users (user_id, served_at) SELECT user_id, clock_timestamp() FROM taken
                ON CONFLICT (user_id) DO UPDATE SET served_at = excluded.served_at)
            SELECT {Columns} FROM taken
            """,
            new { lease = Guid.NewGuid(), kinds = kinds.ToArray(), now = Now, until = Now + options.Value.Lease }, cancellationToken: cancellationToken));
    }

    /// <summary>Keeps a job for a further while.</summary>
    /// <returns>False when it is another worker's, or gone.</returns>
    public Task<bool> RenewAsync(Job job, CancellationToken cancellationToken) =>
        ChangeAsync("UPDATE chat.jobs SET due_at = @until WHERE id = @id AND lease = @lease", new { job.Id, job.Lease, until = Now + options.Value.Lease }, cancellationToken);

    /// <summary>It is done: it goes, or waits once more where it was asked for again meanwhile.</summary>
    public async Task CompleteAsync(Job job, CancellationToken cancellationToken)
    {
        if (await ChangeAsync("DELETE FROM chat.jobs WHERE id = @id AND lease = @lease AND NOT again", new { job.Id, job.Lease }, cancellationToken))
            return;
        await ChangeAsync(
            "UPDATE chat.jobs SET again = false, lease = NULL, attempts = 0, error = NULL, due_at = @now WHERE id = @id AND lease = @lease",
            new { job.Id, job.Lease, now = Now }, cancellationToken);
        Asked.Set();
    }

    /// <summary>It is to be tried again after a pause that doubles with each attempt.</summary>
    public Task RetryAsync(Job job, string error, CancellationToken cancellationToken)
    {
        var doubled = options.Value.FirstPause * Math.Pow(2, Math.Min(job.Attempts - 1, 30));
        var pause = doubled < options.Value.LongestPause ? doubled : options.Value.LongestPause;
        return ChangeAsync("UPDATE chat.jobs SET lease = NULL, due_at = @due, error = @error WHERE id = @id AND lease = @lease", new { job.Id, job.Lease, error, due = Now + pause }, cancellationToken);
    }

    /// <summary>Gives it back untouched: the service stops, and another may begin at once.</summary>
    public Task ReturnAsync(Job job, CancellationToken cancellationToken) =>
        ChangeAsync("UPDATE chat.jobs SET lease = NULL, attempts = attempts - 1, due_at = @now WHERE id = @id AND lease = @lease", new { job.Id, job.Lease, now = Now }, cancellationToken);

    /// <summary>No further attempt is made; it stays, with its reason, until it is asked for again, if it was not meanwhile.</summary>
    public Task GiveUpAsync(Job job, string error, CancellationToken cancellationToken) => ChangeAsync(
        """
        UPDATE chat.jobs SET lease = NULL, error = @error, due_at = @now, again = false,
            attempts = CASE WHEN again THEN 0 ELSE attempts END, failed_at = CASE WHEN again THEN NULL ELSE @now END
        WHERE id = @id AND lease = @lease
        """,
        new { job.Id, job.Lease, error, now = Now }, cancellationToken);

    private async Task<bool> ChangeAsync(string sql, object parameters, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        return await connection.ExecuteAsync(new CommandDefinition(sql, parameters, cancellationToken: cancellationToken)) > 0;
    }
}
