namespace ChatApp.AppHost.Supervision;

/// <summary>Which resources are the product's own processes.</summary>
internal static class Supervised
{
    // Aspire adds its dashboard, and for each project a resource that builds it again when a person asks for that.
    public static bool Is(IResource resource) =>
        resource is ProjectResource or ExecutableResource or ContainerResource
        && !resource.HasAnnotationOfType<ExplicitStartupAnnotation>()
        && !resource.Name.StartsWith("aspire-", StringComparison.Ordinal);
}
