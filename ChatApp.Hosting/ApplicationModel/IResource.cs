namespace Aspire.Hosting.ApplicationModel;

/// <summary>A part of the application: a project, a store, a parameter.</summary>
public interface IResource
{
    /// <summary>The unique name; letters, digits and hyphens.</summary>
    string Name { get; }

    /// <summary>What is known of the resource.</summary>
    ResourceAnnotationCollection Annotations { get; }
}
