namespace Aspire.Hosting.ApplicationModel;

/// <summary>A Qdrant vector database.</summary>
public class QdrantServerResource : ContainerResource, IResourceWithConnectionString
{
    internal const string PrimaryEndpointName = "grpc";
    internal const string HttpEndpointName = "http";

    public QdrantServerResource(string name, ParameterResource apiKey)
        : base(name)
    {
        ApiKeyParameter = apiKey;
        PrimaryEndpoint = new EndpointReference(this, PrimaryEndpointName);
        HttpEndpoint = new EndpointReference(this, HttpEndpointName);
    }

    /// <summary>The API key.</summary>
    public ParameterResource ApiKeyParameter { get; }

    /// <summary>The gRPC endpoint.</summary>
    public EndpointReference PrimaryEndpoint { get; }

    /// <summary>The REST endpoint.</summary>
    public EndpointReference HttpEndpoint { get; }

    /// <inheritdoc />
    public ReferenceExpression ConnectionStringExpression => ReferenceExpression.Create(
        $"Endpoint={PrimaryEndpoint.Property(EndpointProperty.Url)};Key={ApiKeyParameter}");

    /// <summary>The connection string of the REST endpoint.</summary>
    public ReferenceExpression HttpConnectionStringExpression => ReferenceExpression.Create(
        $"Endpoint={HttpEndpoint.Property(EndpointProperty.Url)};Key={ApiKeyParameter}");
}
