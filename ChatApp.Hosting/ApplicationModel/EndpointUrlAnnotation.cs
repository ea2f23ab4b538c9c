namespace Aspire.Hosting.ApplicationModel;

/// <summary>How the link to an endpoint is shown.</summary>
internal sealed record EndpointUrlAnnotation(string EndpointName, Action<ResourceUrlAnnotation> Configure) : IResourceAnnotation;
