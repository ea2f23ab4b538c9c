namespace Aspire.Hosting.ApplicationModel;

/// <summary>A resource that lives inside another, as a database in its server.</summary>
public interface IResourceWithParent<out T> : IResourceWithParent
    where T : IResource
{
    /// <summary>The resource around this one.</summary>
    new T Parent { get; }

    IResource IResourceWithParent.Parent => Parent;
}
