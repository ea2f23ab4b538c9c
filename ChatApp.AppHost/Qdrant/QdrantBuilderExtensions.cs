using ChatApp.AppHost.Local;
using ChatApp.AppHost.Local.State;

namespace ChatApp.AppHost.Qdrant;

/// <summary>Adds Qdrant, in the shape of Aspire's own package for it.</summary>
internal static class QdrantBuilderExtensions
{
    /// <summary>Adds Qdrant's image.</summary>
    public static IResourceBuilder<QdrantServerResource> AddQdrant(this IDistributedApplicationBuilder builder, string name)
    {
        var key = builder.AddGeneratedSecret($"{name}-key", 22, state: null);
        return builder.AddResource(new QdrantServerResource(name, key.Resource))
            .WithImage("qdrant/qdrant", "v1.16.0")
            .WithImageRegistry("docker.io")
            .WithHttpEndpoint(targetPort: QdrantEndpoints.GrpcPort, name: QdrantEndpoints.Grpc)
            .WithEndpoint(QdrantEndpoints.Grpc, endpoint => endpoint.Transport = "http2")
            .WithHttpEndpoint(targetPort: QdrantEndpoints.HttpPort, name: QdrantEndpoints.Http)
            .WithEnvironment("QDRANT__SERVICE__API_KEY", key)
            .WithVolume($"{name}-data", "/qdrant/storage")
            .AsQdrant();
    }

    /// <summary>Adds the <c>qdrant</c> program on PATH; null when there is none.</summary>
    public static IResourceBuilder<LocalQdrantResource>? TryAddLocalQdrant(this IDistributedApplicationBuilder builder, string name, StateFolder state)
    {
        if (ProgramSearch.Find("qdrant") is not { } program)
            return null;
        var key = builder.AddGeneratedSecret($"{name}-key", 22, state);
        var folder = state.Volume($"{name}-data");
        Directory.CreateDirectory(folder);
        return builder.AddResource(new LocalQdrantResource(name, program, folder, key.Resource))
            .WithHttpEndpoint(name: QdrantEndpoints.Grpc, env: "QDRANT__SERVICE__GRPC_PORT")
            .WithEndpoint(QdrantEndpoints.Grpc, endpoint => endpoint.Transport = "http2")
            .WithHttpEndpoint(name: QdrantEndpoints.Http, env: "QDRANT__SERVICE__HTTP_PORT")
            .WithEnvironment("QDRANT__SERVICE__HOST", "127.0.0.1")
            .WithEnvironment("QDRANT__SERVICE__API_KEY", key)
            .WithEnvironment("QDRANT__STORAGE__STORAGE_PATH", Path.Combine(folder, "storage"))
            .WithEnvironment("QDRANT__STORAGE__SNAPSHOTS_PATH", Path.Combine(folder, "snapshots"))
            .AsQdrant();
    }

    private static IResourceBuilder<T> AsQdrant<T>(this IResourceBuilder<T> builder)
        where T : IResourceWithEndpoints, IResourceWithEnvironment =>
        builder
            .WithIconName("DatabaseSearch")
            .WithEnvironment("QDRANT__TELEMETRY_DISABLED", "true")
            .WithHttpHealthCheck("/readyz", endpointName: QdrantEndpoints.Http)
            .WithUrlForEndpoint(QdrantEndpoints.Grpc, url => url.DisplayLocation = UrlDisplayLocation.DetailsOnly)
            .WithUrlForEndpoint(QdrantEndpoints.Http, url => (url.Url, url.DisplayText) = ($"{url.Url}/dashboard", "Qdrant dashboard"));
}
