namespace ChatApp.AppHost.Qdrant;

/// <summary>A Qdrant vector database in a container.</summary>
internal sealed class QdrantServerResource(string name, ParameterResource apiKey) : ContainerResource(name), IResourceWithConnectionString
{
    public ParameterResource ApiKey { get; } = apiKey;

    public ReferenceExpression ConnectionStringExpression => QdrantEndpoints.ConnectionString(this, ApiKey);

    public IEnumerable<KeyValuePair<string, ReferenceExpression>> GetConnectionProperties() => QdrantEndpoints.Properties(this, ApiKey);
}
