namespace ChatApp.AppHost.Qdrant;

/// <summary>What every Qdrant has, wherever it runs: gRPC and REST, and a key.</summary>
internal static class QdrantEndpoints
{
    public const string Grpc = "grpc";
    public const string Http = "http";
    public const int GrpcPort = 6334;
    public const int HttpPort = 6333;

    /// <summary><c>Endpoint=http://host:6334;Key=...</c>, as Aspire's client of Qdrant reads it.</summary>
    public static ReferenceExpression ConnectionString(IResourceWithEndpoints resource, ParameterResource apiKey) =>
        ReferenceExpression.Create($"Endpoint={new EndpointReference(resource, Grpc).Property(EndpointProperty.Url)};Key={apiKey}");

    public static IEnumerable<KeyValuePair<string, ReferenceExpression>> Properties(IResourceWithEndpoints resource, ParameterResource apiKey) =>
    [
        new("Uri", ReferenceExpression.Create($"{new EndpointReference(resource, Grpc).Property(EndpointProperty.Url)}")),
        new("HttpUri", ReferenceExpression.Create($"{new EndpointReference(resource, Http).Property(EndpointProperty.Url)}")),
        new("ApiKey", ReferenceExpression.Create($"{apiKey}")),
    ];
}
