namespace ChatApp.AppHost.Qdrant;

/// <summary>A Qdrant vector database of the <c>qdrant</c> program on PATH.</summary>
internal sealed class LocalQdrantResource(string name, string program, string folder, ParameterResource apiKey)
    : ExecutableResource(name, program, folder), IResourceWithConnectionString
{
    public ParameterResource ApiKey { get; } = apiKey;

    public ReferenceExpression ConnectionStringExpression => QdrantEndpoints.ConnectionString(this, ApiKey);

    public IEnumerable<KeyValuePair<string, ReferenceExpression>> GetConnectionProperties() => QdrantEndpoints.Properties(this, ApiKey);
}
