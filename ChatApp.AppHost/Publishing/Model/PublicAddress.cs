namespace ChatApp.AppHost.Publishing.Model;

/// <summary>The address of an endpoint as browsers see it, not as the other services do.</summary>
internal sealed class PublicAddress(EndpointReference endpoint) : IManifestExpressionProvider, IValueProvider
{
    public EndpointReference Endpoint => endpoint;

    public string ValueExpression => ((IManifestExpressionProvider)endpoint).ValueExpression;

    public ValueTask<string?> GetValueAsync(CancellationToken cancellationToken = default) => endpoint.GetValueAsync(cancellationToken);
}
