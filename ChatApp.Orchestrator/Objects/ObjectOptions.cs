using System.ComponentModel.DataAnnotations;

namespace ChatApp.Orchestrator.Objects;

/// <summary>Where files lie, from the section <c>Objects</c>: in a bucket where one is named, else in a folder.</summary>
internal sealed record ObjectOptions
{
    /// <summary>A folder that all replicas see.</summary>
    public string Folder { get; init; } = "objects";

    /// <summary>A bucket of any server that speaks S3's protocol; empty: <see cref="Folder"/>.</summary>
    public string Bucket { get; init; } = "";

    /// <summary>The server's address; empty: Amazon's of <see cref="Region"/>.</summary>
    public Uri? Endpoint { get; init; }

    /// <summary>Where the bucket is.</summary>
    public string Region { get; init; } = "us-east-1";

    /// <summary>Who writes there; empty: as the machine's environment says.</summary>
    public string AccessKey { get; init; } = "";

    /// <summary>The key's secret.</summary>
    public string SecretKey { get; init; } = "";

    /// <summary>How often what nothing refers to is removed.</summary>
    [Range(typeof(TimeSpan), "00:00:00.01", "1.00:00:00")]
    public TimeSpan PurgeInterval { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>How long bytes lie at least before they are removed for want of a reference; longer than any transaction.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "1.00:00:00")]
    public TimeSpan LeastAge { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long bytes of an upload may lie that was not finished.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "30.00:00:00")]
    public TimeSpan UploadLifetime { get; init; } = TimeSpan.FromHours(2);

    /// <summary>How often the store is compared with the database.</summary>
    [Range(typeof(TimeSpan), "00:00:00.01", "30.00:00:00")]
    public TimeSpan ReconcileInterval { get; init; } = TimeSpan.FromHours(6);
}
