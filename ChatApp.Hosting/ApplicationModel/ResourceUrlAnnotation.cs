namespace Aspire.Hosting.ApplicationModel;

/// <summary>A link shown for a resource.</summary>
public sealed class ResourceUrlAnnotation : IResourceAnnotation
{
    /// <summary>The address.</summary>
    public required string Url { get; set; }

    /// <summary>The text of the link; null for the address itself.</summary>
    public string? DisplayText { get; set; }

    /// <summary>The endpoint that the link belongs to, where there is one.</summary>
    public EndpointReference? Endpoint { get; init; }
}
