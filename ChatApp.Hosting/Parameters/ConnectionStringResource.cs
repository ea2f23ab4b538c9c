namespace Aspire.Hosting;

/// <summary>A connection string given by configuration as <c>ConnectionStrings:name</c>, or made of other values.</summary>
public sealed class ConnectionStringResource(string name, ReferenceExpression connectionStringExpression) : Resource(name), IResourceWithConnectionString, IResourceWithWaitSupport
{
    /// <inheritdoc />
    public ReferenceExpression ConnectionStringExpression { get; } = connectionStringExpression;

    /// <inheritdoc />
    public string? ConnectionStringEnvironmentVariable { get; init; }
}
