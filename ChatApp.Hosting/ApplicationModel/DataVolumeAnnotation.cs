namespace Aspire.Hosting.ApplicationModel;

/// <summary>Where a store keeps its data across runs; without one it starts empty each time.</summary>
/// <param name="Name">A name below the state directory, or an absolute path.</param>
internal sealed record DataVolumeAnnotation(string Name, bool IsReadOnly) : IResourceAnnotation;
