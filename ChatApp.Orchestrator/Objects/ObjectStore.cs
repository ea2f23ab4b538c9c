using ChatApp.Orchestrator.Storage;

namespace ChatApp.Orchestrator.Objects;

/// <summary>
/// Bytes by their SHA-256: the same twice are stored once. The row of an object says that its bytes are there; it is locked while bytes
/// appear or go, so that nobody counts on bytes that are being removed. Who refers to an object (<c>chat.files</c>) keeps it.
/// </summary>
internal sealed class ObjectStore(IBlobStore blobs, TimeProvider time)
{
    /// <summary>Writes bytes as they arrive to where nobody finds them yet; then they are to be kept or discarded.</summary>
    /// <exception cref="BlobStoreException">The store does not take them.</exception>
    public Task<StagedBlob> StageAsync(IAsyncEnumerable<ReadOnlyMemory<byte>> content, CancellationToken cancellationToken) => blobs.StageAsync(content, cancellationToken);

    /// <summary>Keeps staged bytes, together with the row that refers to them.</summary>
    /// <param name="transaction">In which that row is written.</param>
    /// <param name="staged">The bytes.</param>
    /// <param name="cancellationToken">Ends the keeping.</param>
    /// <exception cref="BlobStoreException">The store is away.</exception>
    public async Task KeepAsync(OwnerTransaction transaction, StagedBlob staged, CancellationToken cancellationToken)
    {
        await transaction.ExecuteSharedAsync(
            "INSERT INTO chat.objects (sha256, bytes, touched_at) VALUES (@hash, @bytes, @now) ON CONFLICT (sha256) DO UPDATE SET bytes = excluded.bytes, touched_at = excluded.touched_at",
            new { hash = staged.Hash.ToBytes(), bytes = staged.Bytes, now = time.GetUtcNow().UtcDateTime }, cancellationToken);
        await blobs.KeepAsync(staged, cancellationToken);
    }

    /// <summary>Removes staged bytes that are not to be kept.</summary>
    public Task DiscardAsync(StagedBlob staged) => blobs.DiscardAsync(staged, CancellationToken.None);

    /// <summary>The bytes, from their beginning.</summary>
    /// <exception cref="BlobStoreException">They are not there, or the store is away.</exception>
    public Task<Stream> OpenAsync(ObjectHash hash, CancellationToken cancellationToken) => blobs.OpenAsync(hash, cancellationToken);
}
