using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using ChatApp.Orchestrator.Errors;
using ChatApp.Orchestrator.Ids;
using ChatApp.Orchestrator.Storage;
using Microsoft.Extensions.Options;

namespace ChatApp.Orchestrator.Files;

/// <summary>
/// Uploaded files in PostgreSQL, in pieces: every replica sees them, they are backed up with the messages they go with, and
/// no transaction lasts as long as an upload.
/// </summary>
internal sealed class FileStore(OwnedDatabase database, PdfText pdf, IdFactory ids, TimeProvider time, IOptions<FileOptions> options)
{
    /// <summary>Bytes of a piece.</summary>
    public const int PieceBytes = 256 * 1024;

    /// <summary>The columns of <see cref="FileRecord"/>, from <c>chat.files f</c>.</summary>
    internal const string Columns = "f.id, f.name, f.media_type, f.bytes, f.created_at";

    /// <summary>Whole, and not only in conversations that were deleted.</summary>
    internal const string IsThere =
        """
        f.status = 'Ready' AND (
            NOT EXISTS (SELECT 1 FROM chat.message_files a WHERE a.file_id = f.id)
            OR EXISTS (SELECT 1 FROM chat.message_files a JOIN chat.conversations c ON c.id = a.conversation_id
                       WHERE a.file_id = f.id AND c.deleted_at IS NULL))
        """;

    /// <summary>Stores a file as it arrives; nothing remains of one that breaks off.</summary>
    /// <param name="owner">Whose it is.</param>
    /// <param name="name">Its name, to be shown.</param>
    /// <param name="mediaType">What it is, by its content.</param>
    /// <param name="content">Its bytes; a memory is used until the next is asked for.</param>
    /// <param name="mostStored">Bytes that the owner may have stored in all; null: no limit.</param>
    /// <param name="cancellationToken">Ends the upload.</param>
    /// <exception cref="RefusedException">The owner's room is used up, or it is a PDF that cannot be read.</exception>
    public async Task<FileRecord> AddAsync(
        string owner, string name, string mediaType, IAsyncEnumerable<ReadOnlyMemory<byte>> content, long? mostStored, CancellationToken cancellationToken)
    {
        var session = database.For(owner);
        var id = ids.New();
        await session.ExecuteAsync(
            "INSERT INTO chat.files (id, user_id, name, media_type, status, created_at) VALUES (@id, @owner, @name, @mediaType, 'Uploading', @now)",
            new { id, name, mediaType, now = time.GetUtcNow().UtcDateTime }, cancellationToken);
        try
        {
            var hash = await WriteAsync(session, id, content, cancellationToken);
            var text = mediaType == PdfText.MediaType ? await ReadPdfAsync(owner, id, cancellationToken) : null;
            return await FinishAsync(session, id, hash, text, mostStored, cancellationToken);
        }
        catch
        {
            await DiscardAsync(session, id);
            throw;
        }
    }

    /// <exception cref="RefusedException">Unknown, or another user's.</exception>
    public async Task<FileRecord> GetAsync(string owner, Guid id, CancellationToken cancellationToken) =>
        await database.For(owner).FirstOrDefaultAsync<FileRecord>(
            $"SELECT {Columns} FROM chat.files f WHERE f.id = @id AND f.user_id = @owner AND {IsThere}", new { id }, cancellationToken)
        ?? throw RefusedException.NotFound("file");

    /// <summary>The files of that user with these ids; those that are not there are left out.</summary>
    public Task<IReadOnlyList<FileRecord>> FindAsync(string owner, IReadOnlyCollection<Guid> wanted, CancellationToken cancellationToken) =>
        database.For(owner).QueryAsync<FileRecord>(
            $"SELECT {Columns} FROM chat.files f WHERE f.id = ANY(@wanted) AND f.user_id = @owner AND {IsThere}", new { wanted = wanted.ToArray() }, cancellationToken);

    /// <summary>A user's files, newest first.</summary>
    public Task<IReadOnlyList<FileRecord>> ListAsync(string owner, int limit, CancellationToken cancellationToken) =>
        database.For(owner).QueryAsync<FileRecord>(
            $"SELECT {Columns} FROM chat.files f WHERE f.user_id = @owner AND {IsThere} ORDER BY f.created_at DESC, f.id DESC LIMIT @limit", new { limit }, cancellationToken);

    /// <summary>The bytes, a piece at a time.</summary>
    /// <param name="owner">Whose it must be.</param>
    /// <param name="id">The file.</param>
    /// <param name="most">Bytes after which no further piece is read.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public async IAsyncEnumerable<byte[]> ReadAsync(string owner, Guid id, long most, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var session = database.For(owner);
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

    /// <summary>What was read of a file whose bytes are no text; empty where nothing was.</summary>
    public async Task<string> ReadTextAsync(string owner, Guid id, CancellationToken cancellationToken) =>
        await database.For(owner).FirstOrDefaultAsync<string>(
            "SELECT t.text FROM chat.file_texts t JOIN chat.files f ON f.id = t.file_id WHERE t.file_id = @id AND f.user_id = @owner", new { id }, cancellationToken)
        ?? "";

    /// <summary>Removes a file for good; messages that it went with keep its name.</summary>
    /// <exception cref="RefusedException">Unknown, or another user's.</exception>
    public async Task DeleteAsync(string owner, Guid id, CancellationToken cancellationToken)
    {
        if (await database.For(owner).ExecuteAsync($"DELETE FROM chat.files f WHERE f.id = @id AND f.user_id = @owner AND {IsThere}", new { id }, cancellationToken) == 0)
            throw RefusedException.NotFound("file");
    }

    /// <summary>Removes everything of a user.</summary>
    public Task DeleteAllAsync(string owner, CancellationToken cancellationToken) =>
        database.For(owner).ExecuteAsync("DELETE FROM chat.files WHERE user_id = @owner", null, cancellationToken);

    private async Task<string> ReadPdfAsync(string owner, Guid id, CancellationToken cancellationToken)
    {
        var bytes = await database.For(owner).FirstOrDefaultAsync<long>("SELECT bytes FROM chat.files WHERE id = @id AND user_id = @owner", new { id }, cancellationToken);
        if (bytes > options.Value.MostPdfBytes)
        {
            throw new RefusedException(Refusal.Invalid, "pdf_too_large", $"A PDF has at most {options.Value.MostPdfBytes} bytes here, and this one {bytes}; send a part of it, or its text.")
            {
                Param = "file",
            };
        }

        return await pdf.ReadAsync(ReadAsync(owner, id, bytes, cancellationToken), cancellationToken);
    }

    private static async Task<byte[]> WriteAsync(OwnerSession session, Guid id, IAsyncEnumerable<ReadOnlyMemory<byte>> content, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var piece = new byte[PieceBytes];
        var filled = 0;
        var number = 0;
        await foreach (var arrived in content.WithCancellation(cancellationToken))
        {
            hash.AppendData(arrived.Span);
            for (var rest = arrived; rest.Length > 0;)
            {
                var part = Math.Min(rest.Length, PieceBytes - filled);
                rest[..part].CopyTo(piece.AsMemory(filled));
                filled += part;
                rest = rest[part..];
                if (filled < PieceBytes)
                    continue;
                await FlushAsync(piece);
                filled = 0;
            }
        }

        if (filled > 0)
            await FlushAsync(piece[..filled]);
        return hash.GetHashAndReset();

        async Task FlushAsync(byte[] bytes)
        {
            var written = await session.ExecuteAsync(
                """
                WITH f AS (UPDATE chat.files SET bytes = bytes + @length WHERE id = @id AND user_id = @owner AND status = 'Uploading' RETURNING id)
                INSERT INTO chat.file_pieces (file_id, number, content) SELECT f.id, @number, @bytes FROM f
                """,
                new { id, number, bytes, length = (long)bytes.Length }, cancellationToken);
            if (written == 0)
                throw RefusedException.NotFound("upload: it took too long, or its user was deleted; send the file again");
            number++;
        }
    }

    private static async Task<FileRecord> FinishAsync(OwnerSession session, Guid id, byte[] hash, string? text, long? mostStored, CancellationToken cancellationToken)
    {
        await using var transaction = await session.BeginAsync(cancellationToken);
        // Two uploads that end together would both see the room that is left for one.
        await transaction.ExecuteAsync("SELECT pg_advisory_xact_lock(hashtextextended('files ' || @owner, 0))", null, cancellationToken);
        if (mostStored is { } most
            && await transaction.FirstOrDefaultAsync<long>($"SELECT sum(f.bytes)::bigint FROM chat.files f WHERE f.user_id = @owner AND (f.status = 'Uploading' OR {IsThere})", null, cancellationToken) > most)
        {
            throw new RefusedException(Refusal.Invalid, "storage_full", $"With this file you would have more than {most} bytes stored, which is what your plan allows. Delete files or conversations first.")
            {
                Param = "file",
            };
        }

        var file = await transaction.FirstOrDefaultAsync<FileRecord>(
            $"UPDATE chat.files f SET status = 'Ready', sha256 = @hash WHERE f.id = @id AND f.user_id = @owner RETURNING {Columns}", new { id, hash }, cancellationToken)
            ?? throw RefusedException.NotFound("upload");
        if (text is not null)
        {
            await transaction.ExecuteAsync(
                "INSERT INTO chat.file_texts (file_id, text) SELECT f.id, @text FROM chat.files f WHERE f.id = @id AND f.user_id = @owner", new { id, text }, cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
        return file;
    }

    private static async Task DiscardAsync(OwnerSession session, Guid id)
    {
        try
        {
            await session.ExecuteAsync("DELETE FROM chat.files WHERE id = @id AND user_id = @owner AND status = 'Uploading'", new { id }, CancellationToken.None);
        }
        catch (Npgsql.NpgsqlException)
        {
            // The purge finds it.
        }
    }
}

/// <summary>What is known of an uploaded file.</summary>
internal sealed record FileRecord
{
    public required Guid Id { get; init; }
    public required string Name { get; init; }

    /// <summary>By the file's content, as the edge found it; never what the uploader called it.</summary>
    public required string MediaType { get; init; }
    public long Bytes { get; init; }
    public DateTime CreatedAt { get; init; }

    public bool IsPdf => MediaType == PdfText.MediaType;

    public bool IsImage => MediaType.StartsWith("image/", StringComparison.Ordinal);
}
