using System.Collections.ObjectModel;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>The facts known of a resource.</summary>
public sealed class ResourceAnnotationCollection : Collection<IResourceAnnotation>
{
    public ResourceAnnotationCollection()
    {
    }

    public ResourceAnnotationCollection(IEnumerable<IResourceAnnotation> annotations)
        : base([.. annotations])
    {
    }
}
