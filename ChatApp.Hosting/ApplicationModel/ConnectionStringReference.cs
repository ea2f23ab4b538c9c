namespace Aspire.Hosting.ApplicationModel;

/// <summary>A reference to a resource's connection string.</summary>
public sealed class ConnectionStringReference(IResourceWithConnectionString resource, bool optional) : IValueProvider, IManifestExpressionProvider, IValueWithReferences
{
    /// <summary>The resource.</summary>
    public IResourceWithConnectionString Resource { get; } = resource;

    /// <summary>Whether the connection string may be absent.</summary>
    public bool Optional { get; } = optional;

    /// <summary>The variable that carries it, where the reference names one.</summary>
    public string? ConnectionName { get; set; }

    string IManifestExpressionProvider.ValueExpression => $"{{{Resource.Name}.connectionString}}";

    IEnumerable<object> IValueWithReferences.References => [Resource];

    async ValueTask<string?> IValueProvider.GetValueAsync(CancellationToken cancellationToken)
    {
        var value = await Resource.GetConnectionStringAsync(cancellationToken);
        if (string.IsNullOrEmpty(value) && !Optional)
            throw new DistributedApplicationException($"The connection string for the resource '{Resource.Name}' is not available. Set ConnectionStrings:{Resource.Name}.");
        return value;
    }
}
