using ChatApp.Hosting.Qdrant;
using ChatApp.Hosting.Running;

namespace Aspire.Hosting;

/// <summary>Adds Qdrant.</summary>
public static class QdrantBuilderExtensions
{
    /// <summary>Adds a Qdrant server: the <c>qdrant</c> program on PATH.</summary>
    public static IResourceBuilder<QdrantServerResource> AddQdrant(
        this IDistributedApplicationBuilder builder,
        string name,
        IResourceBuilder<ParameterResource>? apiKey = null,
        int? grpcPort = null,
        int? httpPort = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var key = apiKey?.Resource ?? ParameterResourceBuilderExtensions.CreateDefaultPasswordParameter(builder, $"{name}-Key", special: false);
        return builder.AddResource(new QdrantServerResource(name, key))
            .WithHttpEndpoint(grpcPort, name: QdrantServerResource.PrimaryEndpointName)
            .WithHttpEndpoint(httpPort, name: QdrantServerResource.HttpEndpointName)
            .WithAnnotation<ProcessDefinition>(new QdrantProcess())
            .WithHttpHealthCheck("/readyz", endpointName: QdrantServerResource.HttpEndpointName);
    }

    /// <summary>Keeps the data across runs.</summary>
    public static IResourceBuilder<QdrantServerResource> WithDataVolume(this IResourceBuilder<QdrantServerResource> builder, string? name = null, bool isReadOnly = false) =>
        builder.WithVolume(name, isReadOnly);

    /// <summary>Keeps the data in a folder.</summary>
    public static IResourceBuilder<QdrantServerResource> WithDataBindMount(this IResourceBuilder<QdrantServerResource> builder, string source, bool isReadOnly = false) =>
        builder.WithBindMount(source, isReadOnly);

    /// <summary>Gives both connection strings: <c>ConnectionStrings__name</c> (gRPC) and <c>ConnectionStrings__name_http</c>.</summary>
    public static IResourceBuilder<TDestination> WithReference<TDestination>(this IResourceBuilder<TDestination> builder, IResourceBuilder<QdrantServerResource> qdrantResource, string? connectionName = null)
        where TDestination : IResourceWithEnvironment
    {
        ArgumentNullException.ThrowIfNull(qdrantResource);
        var name = connectionName ?? qdrantResource.Resource.Name;
        return builder
            .WithEnvironment($"ConnectionStrings__{name}", qdrantResource.Resource.ConnectionStringExpression)
            .WithEnvironment($"ConnectionStrings__{name}_http", qdrantResource.Resource.HttpConnectionStringExpression)
            .RelatesTo(qdrantResource.Resource);
    }
}
