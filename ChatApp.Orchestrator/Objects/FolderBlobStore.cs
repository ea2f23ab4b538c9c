using System.Runtime.CompilerServices;
using System.Security.Cryptography;

namespace ChatApp.Orchestrator.Objects;

/// <summary>Objects as files of one folder, which all replicas must see. A file is there whole or not at all.</summary>
internal sealed class FolderBlobStore : IBlobStore
{
    private const string Incoming = "incoming";
    private const int BufferBytes = 128 * 1024;

    private readonly string _root;

    /// <param name="root">The folder; it is made.</param>
    /// <exception cref="BlobStoreException">It cannot be made.</exception>
    public FolderBlobStore(string root)
    {
        _root = Path.GetFullPath(root);
        Try(() => Directory.CreateDirectory(Path.Combine(_root, Incoming)));
    }

    public async Task<StagedBlob> StageAsync(IAsyncEnumerable<ReadOnlyMemory<byte>> content, CancellationToken cancellationToken)
    {
        var place = Path.Combine(_root, Incoming, Guid.NewGuid().ToString("N"));
        try
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            long bytes = 0;
            await using (var file = Open(place, FileMode.CreateNew, FileAccess.Write))
            {
                await foreach (var arrived in content.WithCancellation(cancellationToken))
                {
                    hash.AppendData(arrived.Span);
                    bytes += arrived.Length;
                    await WriteAsync(file, arrived, cancellationToken);
                }

                // What the database says is there must outlive the machine's sudden end.
                Try(() => file.Flush(flushToDisk: true));
            }

            return new StagedBlob(new ObjectHash(hash.GetHashAndReset()), bytes, place);
        }
        catch
        {
            Delete(place);
            throw;
        }
    }

    public Task KeepAsync(StagedBlob staged, CancellationToken cancellationToken)
    {
        var path = PathOf(staged.Hash);
        return Task.Run(() => Try(() =>
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.Move(staged.Place, path, overwrite: true);
        }), cancellationToken);
    }

    public Task DiscardAsync(StagedBlob staged, CancellationToken cancellationToken)
    {
        Delete(staged.Place);
        return Task.CompletedTask;
    }

    public Task<Stream> OpenAsync(ObjectHash hash, CancellationToken cancellationToken) =>
        Task.FromResult<Stream>(Open(PathOf(hash), FileMode.Open, FileAccess.Read));

    public Task DeleteAsync(ObjectHash hash, CancellationToken cancellationToken)
    {
        Try(() => File.Delete(PathOf(hash)));
        return Task.CompletedTask;
    }

    public async IAsyncEnumerable<ObjectHash> ListAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask;
        foreach (var path in Directory.EnumerateDirectories(_root).Where(folder => Path.GetFileName(folder) != Incoming).SelectMany(Directory.EnumerateFiles))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (ObjectHash.TryParse(Path.GetFileName(path)) is { } hash)
                yield return hash;
        }
    }

    public Task RemoveAbandonedAsync(DateTimeOffset before, CancellationToken cancellationToken) => Task.Run(() => Try(() =>
    {
        foreach (var path in Directory.EnumerateFiles(Path.Combine(_root, Incoming)).Where(path => File.GetLastWriteTimeUtc(path) < before.UtcDateTime))
            File.Delete(path);
    }), cancellationToken);

    private string PathOf(ObjectHash hash)
    {
        var name = hash.ToString();
        return Path.Combine(_root, name[..2], name);
    }

    private static FileStream Open(string path, FileMode mode, FileAccess access)
    {
        FileStream? file = null;
        Try(() => file = new FileStream(path, mode, access, FileShare.Read | FileShare.Delete, BufferBytes, FileOptions.Asynchronous | FileOptions.SequentialScan));
        return file!;
    }

    private static async Task WriteAsync(FileStream file, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        try
        {
            await file.WriteAsync(bytes, cancellationToken);
        }
        catch (IOException exception)
        {
            throw Failure(exception);
        }
    }

    private static void Delete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // What is abandoned is removed later.
        }
    }

    private static void Try(Action action)
    {
        try
        {
            action();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Failure(exception);
        }
    }

    private static BlobStoreException Failure(Exception exception) =>
        new($"The folder of objects (Objects:Folder) cannot be used: {exception.Message}", exception);
}
