namespace Aspire.Hosting.ApplicationModel;

/// <summary>Says how a resource relates to another.</summary>
public sealed class ResourceRelationshipAnnotation(IResource resource, string type) : IResourceAnnotation
{
    /// <summary>The other resource.</summary>
    public IResource Resource { get; } = resource;

    /// <summary>The relation, such as <c>Reference</c> or <c>Parent</c>.</summary>
    public string Type { get; } = type;
}
