using System.Net;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;

namespace ChatApp.Orchestrator.Objects;

/// <summary>Objects in a bucket of any server that speaks S3's protocol.</summary>
internal sealed class S3BlobStore(IAmazonS3 s3, string bucket) : IBlobStore
{
    private const string Kept = "objects/";
    private const string Incoming = "incoming/";

    /// <summary>Of an upload in memory. S3 takes parts of 5 MiB and more, at most 10,000.</summary>
    private const int PartBytes = 8 << 20;

    public async Task<StagedBlob> StageAsync(IAsyncEnumerable<ReadOnlyMemory<byte>> content, CancellationToken cancellationToken)
    {
        var place = Incoming + Guid.NewGuid().ToString("N");
        var upload = await TryAsync(() => s3.InitiateMultipartUploadAsync(new InitiateMultipartUploadRequest { BucketName = bucket, Key = place }, cancellationToken));
        try
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            long bytes = 0;
            var parts = new List<PartETag>();
            using var part = new MemoryStream();
            await foreach (var arrived in content.WithCancellation(cancellationToken))
            {
                hash.AppendData(arrived.Span);
                bytes += arrived.Length;
                part.Write(arrived.Span);
                if (part.Length >= PartBytes)
                    await FlushAsync();
            }

            // An upload of no parts is none.
            if (part.Length > 0 || parts.Count == 0)
                await FlushAsync();
            await TryAsync(() => s3.CompleteMultipartUploadAsync(
                new CompleteMultipartUploadRequest { BucketName = bucket, Key = place, UploadId = upload.UploadId, PartETags = parts }, cancellationToken));
            return new StagedBlob(new ObjectHash(hash.GetHashAndReset()), bytes, place);

            async Task FlushAsync()
            {
                part.Position = 0;
                using var body = new MemoryStream(part.GetBuffer(), 0, (int)part.Length, writable: false);
                var sent = await TryAsync(() => s3.UploadPartAsync(
                    new UploadPartRequest
                    {
                        BucketName = bucket,
                        Key = place,
                        UploadId = upload.UploadId,
                        PartNumber = parts.Count + 1,
                        PartSize = body.Length,
                        InputStream = body,
                        // Signed as a whole, which every server understands.
                        UseChunkEncoding = false,
                    },
                    cancellationToken));
                parts.Add(new PartETag(parts.Count + 1, sent.ETag));
                part.SetLength(0);
            }
        }
        catch
        {
            await AbortAsync(place, upload.UploadId);
            throw;
        }
    }

    public async Task KeepAsync(StagedBlob staged, CancellationToken cancellationToken)
    {
        await TryAsync(() => s3.CopyObjectAsync(
            new CopyObjectRequest { SourceBucket = bucket, SourceKey = staged.Place, DestinationBucket = bucket, DestinationKey = KeyOf(staged.Hash) }, cancellationToken));
        await DiscardAsync(staged, cancellationToken);
    }

    public async Task DiscardAsync(StagedBlob staged, CancellationToken cancellationToken)
    {
        try
        {
            await s3.DeleteObjectAsync(bucket, staged.Place, cancellationToken);
        }
        catch (Exception exception) when (IsFailure(exception))
        {
            // What is abandoned is removed later.
        }
    }

    public async Task<Stream> OpenAsync(ObjectHash hash, CancellationToken cancellationToken) =>
        (await TryAsync(() => s3.GetObjectAsync(bucket, KeyOf(hash), cancellationToken))).ResponseStream;

    public Task DeleteAsync(ObjectHash hash, CancellationToken cancellationToken) => TryAsync(() => s3.DeleteObjectAsync(bucket, KeyOf(hash), cancellationToken));

    public async IAsyncEnumerable<ObjectHash> ListAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var item in AllAsync(Kept, cancellationToken))
        {
            if (ObjectHash.TryParse(item.Key[Kept.Length..]) is { } hash)
                yield return hash;
        }
    }

    public async Task RemoveAbandonedAsync(DateTimeOffset before, CancellationToken cancellationToken)
    {
        await foreach (var item in AllAsync(Incoming, cancellationToken))
        {
            if (item.LastModified < before.UtcDateTime)
                await TryAsync(() => s3.DeleteObjectAsync(bucket, item.Key, cancellationToken));
        }
    }

    private static string KeyOf(ObjectHash hash) => Kept + hash;

    private async IAsyncEnumerable<S3Object> AllAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string? next = null;
        do
        {
            var after = next;
            var page = await TryAsync(() => s3.ListObjectsV2Async(new ListObjectsV2Request { BucketName = bucket, Prefix = prefix, ContinuationToken = after }, cancellationToken));
            foreach (var item in page.S3Objects ?? [])
                yield return item;
            next = page.IsTruncated == true ? page.NextContinuationToken : null;
        }
        while (next is not null);
    }

    private async Task AbortAsync(string place, string uploadId)
    {
        try
        {
            await s3.AbortMultipartUploadAsync(bucket, place, uploadId, CancellationToken.None);
        }
        catch (Exception exception) when (IsFailure(exception))
        {
            // The bucket's own rules end uploads that nobody finishes.
        }
    }

    private static async Task<T> TryAsync<T>(Func<Task<T>> call)
    {
        try
        {
            return await call();
        }
        catch (AmazonS3Exception exception) when (exception.StatusCode == HttpStatusCode.NotFound)
        {
            throw new BlobStoreException($"The bucket of objects (Objects:Bucket) lacks what was asked for: {exception.Message}", exception);
        }
        catch (Exception exception) when (IsFailure(exception))
        {
            throw new BlobStoreException($"The bucket of objects (Objects:Bucket) cannot be used: {exception.Message}", exception);
        }
    }

    private static bool IsFailure(Exception exception) => exception is AmazonServiceException or AmazonClientException or HttpRequestException or IOException;
}
