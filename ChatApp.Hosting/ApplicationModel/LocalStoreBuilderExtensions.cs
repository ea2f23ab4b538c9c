namespace Aspire.Hosting;

/// <summary>What the stores have in common.</summary>
public static class LocalStoreBuilderExtensions
{
    /// <summary>The image for containers; local processes run installed binaries and only note it.</summary>
    public static IResourceBuilder<T> WithImage<T>(this IResourceBuilder<T> builder, string image, string? tag = null)
        where T : ContainerResource =>
        builder.WithAnnotation(new ContainerImageAnnotation { Image = image, Tag = tag }, ResourceAnnotationMutationBehavior.Replace);

    /// <summary>The image's tag for containers; local processes run installed binaries and only note it.</summary>
    public static IResourceBuilder<T> WithImageTag<T>(this IResourceBuilder<T> builder, string tag)
        where T : ContainerResource =>
        builder.WithImage(builder.Resource.TryGetLastAnnotation<ContainerImageAnnotation>(out var image) ? image.Image : builder.Resource.Name, tag);

    /// <summary>How long the store lives. Local processes end with the AppHost; what stays is the data volume.</summary>
    public static IResourceBuilder<T> WithLifetime<T>(this IResourceBuilder<T> builder, ContainerLifetime lifetime)
        where T : ContainerResource =>
        builder.WithAnnotation(new ContainerLifetimeAnnotation { Lifetime = lifetime }, ResourceAnnotationMutationBehavior.Replace);

    internal static IResourceBuilder<T> WithVolume<T>(this IResourceBuilder<T> builder, string? name, bool isReadOnly)
        where T : ContainerResource =>
        builder.WithAnnotation(new DataVolumeAnnotation(name ?? $"{builder.Resource.Name}-data", isReadOnly), ResourceAnnotationMutationBehavior.Replace);

    internal static IResourceBuilder<T> WithBindMount<T>(this IResourceBuilder<T> builder, string source, bool isReadOnly)
        where T : ContainerResource =>
        builder.WithVolume(Path.GetFullPath(source, builder.ApplicationBuilder.AppHostDirectory), isReadOnly);
}
