namespace ChatApp.Orchestrator.Objects;

/// <summary>Where bytes lie: a folder or a bucket. Knows nothing of who wants them: see <see cref="ObjectStore"/>. Safe for concurrent use.</summary>
public interface IBlobStore
{
    /// <summary>Writes bytes as they arrive to where nobody finds them yet; never whole in memory.</summary>
    /// <param name="content">The bytes; a memory is used until the next is asked for.</param>
    /// <param name="cancellationToken">Ends the writing; nothing remains.</param>
    /// <exception cref="BlobStoreException">The store does not take them.</exception>
    Task<StagedBlob> StageAsync(IAsyncEnumerable<ReadOnlyMemory<byte>> content, CancellationToken cancellationToken);

    /// <summary>Lets staged bytes be found by their hash from now on; the same may be there already.</summary>
    /// <exception cref="BlobStoreException">The store is away.</exception>
    Task KeepAsync(StagedBlob staged, CancellationToken cancellationToken);

    /// <summary>Removes staged bytes that are not to be kept.</summary>
    Task DiscardAsync(StagedBlob staged, CancellationToken cancellationToken);

    /// <summary>The bytes, from their beginning.</summary>
    /// <exception cref="BlobStoreException">They are not there, or the store is away.</exception>
    Task<Stream> OpenAsync(ObjectHash hash, CancellationToken cancellationToken);

    /// <summary>Removes bytes; none may be there.</summary>
    /// <exception cref="BlobStoreException">The store is away.</exception>
    Task DeleteAsync(ObjectHash hash, CancellationToken cancellationToken);

    /// <summary>What lies there, in any order.</summary>
    /// <exception cref="BlobStoreException">The store is away.</exception>
    IAsyncEnumerable<ObjectHash> ListAsync(CancellationToken cancellationToken);

    /// <summary>Removes what was staged before that moment and neither kept nor discarded: its writer died.</summary>
    /// <exception cref="BlobStoreException">The store is away.</exception>
    Task RemoveAbandonedAsync(DateTimeOffset before, CancellationToken cancellationToken);
}

/// <summary>Bytes that were written and are not found yet.</summary>
/// <param name="Hash">Their SHA-256.</param>
/// <param name="Bytes">How many.</param>
/// <param name="Place">Where they are, in the store's own terms.</param>
public sealed record StagedBlob(ObjectHash Hash, long Bytes, string Place);

/// <summary>The store of objects cannot do what was asked. The message says why.</summary>
public sealed class BlobStoreException(string message, Exception? inner = null) : Exception(message, inner);
