using Amazon;
using Amazon.Runtime;
using Amazon.S3;

namespace ChatApp.Orchestrator.Objects;

/// <summary>The store that the settings ask for.</summary>
internal static class BlobStores
{
    public static IBlobStore Create(ObjectOptions options) =>
        options.Bucket.Length == 0 ? new FolderBlobStore(options.Folder) : new S3BlobStore(Client(options), options.Bucket);

    private static AmazonS3Client Client(ObjectOptions options)
    {
        var config = new AmazonS3Config
        {
            // Servers older than the checksums of 2025 refuse what carries them unasked.
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
            AuthenticationRegion = options.Region,
        };
        if (options.Endpoint is { } endpoint)
            (config.ServiceURL, config.ForcePathStyle) = (endpoint.ToString(), true);
        else
            config.RegionEndpoint = RegionEndpoint.GetBySystemName(options.Region);
        return options.AccessKey.Length == 0 ? new AmazonS3Client(config) : new AmazonS3Client(new BasicAWSCredentials(options.AccessKey, options.SecretKey), config);
    }
}
