using System.Runtime.CompilerServices;
using ChatApp.Orchestrator.Errors;
using ChatApp.Orchestrator.Ids;
using ChatApp.Orchestrator.Objects;
using ChatApp.Orchestrator.Storage;
using Microsoft.Extensions.Options;

namespace ChatApp.Orchestrator.Files;

/// <summary>
/// Uploaded files: rows in PostgreSQL, their bytes in the object store. What an upload takes of its owner's room is reserved as it arrives, and
/// no transaction lasts as long as an upload.
/// </summary>
internal sealed class FileStore(OwnedDatabase database, ObjectStore objects, PdfText pdf, IdFactory ids, TimeProvider time, IOptions<FileOptions> options)
{
    /// <summary>Bytes that are reserved at a time.</summary>
    internal const int ReservedBytes = 1 << 20;

    private const int PieceBytes = 256 * 1024;

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
    /// <param name="mediaType">What it is, by its content; what a text is written in is found out here.</param>
    /// <param name="content">Its bytes; a memory is used until the next is asked for.</param>
    /// <param name="mostStored">Bytes that the owner may have stored in all; null: no limit.</param>
    /// <param name="cancellationToken">Ends the upload.</param>
    /// <exception cref="RefusedException">The owner's room is used up, or it is a text or a PDF that cannot be read.</exception>
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
            var reserved = ReserveAsync(session, id, content, mostStored, cancellationToken);
            var sniffed = mediaType.StartsWith("text/", StringComparison.Ordinal) ? new TextBytes() : null;
            var staged = await objects.StageAsync(sniffed?.PassAsync(reserved, cancellationToken) ?? reserved, cancellationToken);
            await StoreAsync(session, id, staged, () => sniffed is null ? mediaType : FileText.MediaType(mediaType, sniffed.Charset()), cancellationToken);
            var text = mediaType == PdfText.MediaType ? await ReadPdfAsync(owner, id, cancellationToken) : null;
            return await FinishAsync(session, id, text, cancellationToken);
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
        if (await session.FirstOrDefaultAsync<byte[]>("SELECT sha256 FROM chat.files WHERE id = @id AND user_id = @owner AND is_object", new { id }, cancellationToken) is not { } hash)
        {
            await foreach (var piece in FileMove.ReadPiecesAsync(session, id, most, cancellationToken))
                yield return piece;
            yield break;
        }

        await using var stream = await objects.OpenAsync(new ObjectHash(hash), cancellationToken);
        for (long read = 0; read < most;)
        {
            var piece = new byte[Math.Min(PieceBytes, most - read)];
            var filled = await stream.ReadAtLeastAsync(piece, piece.Length, throwOnEndOfStream: false, cancellationToken);
            if (filled == 0)
                yield break;
            read += filled;
            yield return filled == piece.Length ? piece : piece[..filled];
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

        return await pdf.ReadAsync(owner, ReadAsync(owner, id, bytes, cancellationToken), cancellationToken);
    }

    private async Task StoreAsync(OwnerSession session, Guid id, StagedBlob staged, Func<string> mediaType, CancellationToken cancellationToken)
    {
        try
        {
            await using var transaction = await session.BeginAsync(cancellationToken);
            var stored = await transaction.ExecuteAsync(
                "UPDATE chat.files SET sha256 = @hash, bytes = @bytes, media_type = @type, is_object = true WHERE id = @id AND user_id = @owner AND status = 'Uploading'",
                new { id, hash = staged.Hash.ToBytes(), bytes = staged.Bytes, type = mediaType() }, cancellationToken);
            if (stored == 0)
                throw BrokenOff();
            await objects.KeepAsync(transaction, staged, cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }
        catch
        {
            await objects.DiscardAsync(staged);
            throw;
        }
    }

    /// <summary>Hands bytes on for which there is room; what is under way elsewhere counts.</summary>
    private static async IAsyncEnumerable<ReadOnlyMemory<byte>> ReserveAsync(
        OwnerSession session, Guid id, IAsyncEnumerable<ReadOnlyMemory<byte>> content, long? mostStored, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        long total = 0;
        long reserved = 0;
        await foreach (var arrived in content.WithCancellation(cancellationToken))
        {
            total += arrived.Length;
            if (total > reserved)
                reserved = await ReserveAsync(session, id, total, mostStored, cancellationToken);
            yield return arrived;
        }
    }

    private static async Task<long> ReserveAsync(OwnerSession session, Guid id, long needed, long? mostStored, CancellationToken cancellationToken)
    {
        await using var transaction = await session.BeginAsync(cancellationToken);
        // Two uploads at the same time would both see the room that is left for one.
        await transaction.ExecuteAsync("SELECT pg_advisory_xact_lock(hashtextextended('files ' || @owner, 0))", null, cancellationToken);
        var wanted = (needed + ReservedBytes - 1) / ReservedBytes * ReservedBytes;
        if (mostStored is { } most)
        {
            var others = await transaction.FirstOrDefaultAsync<long>(
                $"SELECT coalesce(sum(f.bytes), 0)::bigint FROM chat.files f WHERE f.user_id = @owner AND f.id <> @id AND (f.status = 'Uploading' OR {IsThere})", new { id }, cancellationToken);
            if (others + needed > most)
            {
                throw new RefusedException(Refusal.Invalid, "storage_full", $"With this file you would have more than {most} bytes stored, which is what your plan allows. Delete files or conversations first.")
                {
                    Param = "file",
                };
            }

            wanted = Math.Min(wanted, most - others);
        }

        if (await transaction.ExecuteAsync("UPDATE chat.files SET bytes = @wanted WHERE id = @id AND user_id = @owner AND status = 'Uploading'", new { id, wanted }, cancellationToken) == 0)
            throw BrokenOff();
        await transaction.CommitAsync(cancellationToken);
        return wanted;
    }

    private static RefusedException BrokenOff() => RefusedException.NotFound("upload: it took too long, or its user was deleted; send the file again");

    private static async Task<FileRecord> FinishAsync(OwnerSession session, Guid id, string? text, CancellationToken cancellationToken)
    {
        await using var transaction = await session.BeginAsync(cancellationToken);
        var file = await transaction.FirstOrDefaultAsync<FileRecord>(
            $"UPDATE chat.files f SET status = 'Ready' WHERE f.id = @id AND f.user_id = @owner RETURNING {Columns}", new { id }, cancellationToken)
            ?? throw BrokenOff();
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
