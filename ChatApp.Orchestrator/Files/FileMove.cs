using System.Runtime.CompilerServices;
using ChatApp.Orchestrator.Jobs;
using ChatApp.Orchestrator.Objects;
using ChatApp.Orchestrator.Storage;

namespace ChatApp.Orchestrator.Files;

/// <summary>Moves a file from the database, where files lay in pieces before there were objects, into the object store.</summary>
internal sealed class FileMove(OwnedDatabase database, ObjectStore objects) : IJobHandler
{
    public string Kind => "move-file";

    public async Task RunAsync(Job job, CancellationToken cancellationToken)
    {
        var session = database.For(job.UserId);
        var id = job.Subject;
        var staged = await objects.StageAsync(AsMemory(ReadPiecesAsync(session, id, long.MaxValue, cancellationToken), cancellationToken), cancellationToken);
        try
        {
            await using var transaction = await session.BeginAsync(cancellationToken);
            var hash = await transaction.FirstOrDefaultAsync<byte[]>(
                "UPDATE chat.files SET is_object = true WHERE id = @id AND user_id = @owner AND status = 'Ready' AND NOT is_object RETURNING sha256", new { id }, cancellationToken);
            // Deleted or moved meanwhile.
            if (hash is null)
            {
                await objects.DiscardAsync(staged);
                return;
            }

            if (!hash.AsSpan().SequenceEqual(staged.Hash.ToBytes()))
                throw new JobFailedException("The pieces of the file are not what was uploaded.");
            await objects.KeepAsync(transaction, staged, cancellationToken);
            await transaction.ExecuteAsync(
                "DELETE FROM chat.file_pieces p USING chat.files f WHERE p.file_id = @id AND f.id = p.file_id AND f.user_id = @owner", new { id }, cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }
        catch
        {
            await objects.DiscardAsync(staged);
            throw;
        }
    }

    // It is read from where it lies.
    public Task GiveUpAsync(Job job, string reason, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>The bytes of a file that lies in pieces.</summary>
    internal static async IAsyncEnumerable<byte[]> ReadPiecesAsync(OwnerSession session, Guid id, long most, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        long read = 0;
        for (var number = 0; read < most; number++)
        {
            var piece = await session.FirstOrDefaultAsync<byte[]>(
                "SELECT p.content FROM chat.file_pieces p JOIN chat.files f ON f.id = p.file_id WHERE p.file_id = @id AND p.number = @number AND f.user_id = @owner",
                new { id, number }, cancellationToken);
            if (piece is null)
                yield break;
            read += piece.Length;
            yield return piece;
        }
    }

    private static async IAsyncEnumerable<ReadOnlyMemory<byte>> AsMemory(IAsyncEnumerable<byte[]> pieces, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var piece in pieces.WithCancellation(cancellationToken))
            yield return piece;
    }
}
