namespace Aspire.Hosting.ApplicationModel;

/// <summary>Says that a resource starts when someone asks for it, not with the application.</summary>
public sealed class ExplicitStartupAnnotation : IResourceAnnotation;
