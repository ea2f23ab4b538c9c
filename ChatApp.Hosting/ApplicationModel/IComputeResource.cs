namespace Aspire.Hosting.ApplicationModel;

/// <summary>A resource that runs code of the application.</summary>
public interface IComputeResource : IResource;
