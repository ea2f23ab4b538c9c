namespace ChatApp.AppHost.Local.Garnet;

/// <summary>A server of the Redis protocol: Garnet in a process of its own (ChatApp.Garnet).</summary>
internal sealed class GarnetResource(string name, string folder, ParameterResource password)
    : ExecutableResource(name, "dotnet", folder), IResourceWithConnectionString
{
    public const string EndpointName = "tcp";

    public ParameterResource Password { get; } = password;

    public EndpointReference Endpoint => field ??= new EndpointReference(this, EndpointName);

    public ReferenceExpression ConnectionStringExpression => ReferenceExpression.Create(
        $"{Endpoint.Property(EndpointProperty.IPV4Host)}:{Endpoint.Property(EndpointProperty.Port)},password={Password}");

    public IEnumerable<KeyValuePair<string, ReferenceExpression>> GetConnectionProperties() =>
    [
        new("Host", ReferenceExpression.Create($"{Endpoint.Property(EndpointProperty.IPV4Host)}")),
        new("Port", ReferenceExpression.Create($"{Endpoint.Property(EndpointProperty.Port)}")),
        new("Password", ReferenceExpression.Create($"{Password}")),
    ];
}
