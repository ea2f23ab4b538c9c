using System.Diagnostics;
using System.Security.Cryptography;
using ChatApp.Orchestrator.Objects;
using ChatApp.Tests.Graph;

namespace ChatApp.Tests.Orchestrator.Objects;

/// <summary>What every store of bytes does: a folder, and a bucket on a server that speaks S3's protocol (npm's <c>s3rver</c>).</summary>
[TestFixture("folder"), TestFixture("bucket")]
internal sealed class BlobStoreTests(string kind)
{
    private const string Bucket = "chatapp";

    private DirectoryInfo _folder = null!;
    private Process? _server;
    private IBlobStore _store = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _folder = Directory.CreateTempSubdirectory("chatapp-blobs");
        if (kind == "folder")
        {
            _store = BlobStores.Create(new ObjectOptions { Folder = _folder.FullName });
            return;
        }

        var packages = await NpmPackages.InstallAsync("Orchestrator", "Objects", "s3rver");
        var port = FreePort.Next();
        _server = Process.Start(new ProcessStartInfo("node", ["server.mjs", _folder.FullName, $"{port}", Bucket]) { WorkingDirectory = packages });
        _store = BlobStores.Create(new ObjectOptions { Bucket = Bucket, Endpoint = new Uri($"http://127.0.0.1:{port}"), AccessKey = "S3RVER", SecretKey = "S3RVER" });
        using var client = new HttpClient();
        await Eventually.HoldsAsync(async () =>
        {
            try
            {
                await client.GetAsync($"http://127.0.0.1:{port}/");
                return true;
            }
            catch (HttpRequestException)
            {
                return false;
            }
        });
    }

    [OneTimeTearDown]
    public void Stop()
    {
        _server?.Kill(entireProcessTree: true);
        _server?.Dispose();
        _folder.Delete(recursive: true);
    }

    [TestCase(0), TestCase(1), TestCase(100_000), TestCase(20_000_000)]
    public async Task What_is_kept_is_read_back_byte_for_byte_and_found_once(int length)
    {
        var content = new byte[length];
        new Random(length).NextBytes(content);

        for (var time = 0; time < 2; time++)
        {
            var staged = await _store.StageAsync(InPieces(content), default);
            staged.Bytes.ShouldBe(length);
            staged.Hash.ToBytes().ShouldBe(SHA256.HashData(content));
            await _store.KeepAsync(staged, default);
        }

        var hash = new ObjectHash(SHA256.HashData(content));
        (await ReadAsync(hash)).ShouldBe(content);
        (await _store.ListAsync(default).CountAsync(found => found == hash)).ShouldBe(1);

        await _store.DeleteAsync(hash, default);
        await _store.DeleteAsync(hash, default);
        (await Should.ThrowAsync<BlobStoreException>(() => _store.OpenAsync(hash, default))).Message.ShouldContain("Objects:");
        (await _store.ListAsync(default).ContainsAsync(hash)).ShouldBeFalse();
    }

    [Test]
    public async Task What_is_staged_is_not_found_and_goes_when_it_is_discarded_or_abandoned()
    {
        var discarded = await _store.StageAsync(InPieces([1, 2, 3]), default);
        await _store.DiscardAsync(discarded, default);
        var abandoned = await _store.StageAsync(InPieces([4, 5, 6]), default);
        await Should.ThrowAsync<BlobStoreException>(() => _store.OpenAsync(abandoned.Hash, default));

        await _store.RemoveAbandonedAsync(DateTimeOffset.UtcNow.AddHours(-1), default);
        _folder.EnumerateFiles("*", SearchOption.AllDirectories).ShouldContain(file => file.FullName.Contains(Path.GetFileName(abandoned.Place)), "it is too young");
        await _store.RemoveAbandonedAsync(DateTimeOffset.UtcNow.AddHours(1), default);
        _folder.EnumerateFiles("*", SearchOption.AllDirectories).ShouldNotContain(file => file.FullName.Contains("incoming"));
    }

    [Test]
    public async Task An_upload_that_breaks_off_leaves_nothing()
    {
        async IAsyncEnumerable<ReadOnlyMemory<byte>> Broken()
        {
            yield return new byte[10_000_000];
            await Task.Yield();
            throw new IOException("gone");
        }

        (await Should.ThrowAsync<IOException>(() => _store.StageAsync(Broken(), default))).Message.ShouldBe("gone");
        // That server does not know how to abort an upload, and keeps its parts where nobody finds them.
        if (kind == "folder")
            _folder.EnumerateFiles("*", SearchOption.AllDirectories).ShouldNotContain(file => file.Length > 1_000_000);
    }

    [Test]
    public async Task Many_write_the_same_at_once()
    {
        byte[] content = [9, 8, 7, 6];
        var staged = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => _store.StageAsync(InPieces(content), default)));
        // One at a time: whoever keeps holds the object's row.
        foreach (var one in staged)
            await _store.KeepAsync(one, default);
        (await ReadAsync(new ObjectHash(SHA256.HashData(content)))).ShouldBe(content);
    }

    private async Task<byte[]> ReadAsync(ObjectHash hash)
    {
        await using var stream = await _store.OpenAsync(hash, default);
        using var read = new MemoryStream();
        await stream.CopyToAsync(read);
        return read.ToArray();
    }

    private static async IAsyncEnumerable<ReadOnlyMemory<byte>> InPieces(byte[] content)
    {
        await Task.Yield();
        for (var start = 0; start < content.Length; start += 65_536)
            yield return content.AsMemory(start, Math.Min(65_536, content.Length - start));
    }
}
