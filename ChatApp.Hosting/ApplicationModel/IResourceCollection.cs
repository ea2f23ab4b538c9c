namespace Aspire.Hosting.ApplicationModel;

/// <summary>The resources of an application, in the order of their description.</summary>
public interface IResourceCollection : IList<IResource>;
