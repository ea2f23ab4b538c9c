namespace Aspire.Hosting.ApplicationModel;

/// <summary>The image a store would run from in a container; local processes run installed binaries instead.</summary>
public sealed class ContainerImageAnnotation : IResourceAnnotation
{
    /// <summary>The image.</summary>
    public required string Image { get; set; }

    /// <summary>The tag.</summary>
    public string? Tag { get; set; }
}
