namespace ChatApp.AppHost.Local.Postgres;

/// <summary>A PostgreSQL server of the binaries on this machine.</summary>
/// <param name="name">The resource's name.</param>
/// <param name="command">The program that is started: the server, or what starts it as another user.</param>
/// <param name="cluster">The data directory.</param>
/// <param name="password">Of <see cref="UserName"/>.</param>
internal sealed class LocalPostgresResource(string name, string command, PostgresCluster cluster, ParameterResource password)
    : ExecutableResource(name, command, Path.GetDirectoryName(cluster.Folder)!), IResourceWithConnectionString
{
    public const string UserName = "postgres";
    public const string EndpointName = "tcp";

    public PostgresCluster Cluster { get; } = cluster;

    public ParameterResource Password { get; } = password;

    public EndpointReference Endpoint => field ??= new EndpointReference(this, EndpointName);

    /// <summary>Databases that are made once the server answers.</summary>
    public List<LocalPostgresDatabaseResource> Databases { get; } = [];

    public ReferenceExpression ConnectionStringExpression => ReferenceExpression.Create(
        $"Host={Endpoint.Property(EndpointProperty.IPV4Host)};Port={Endpoint.Property(EndpointProperty.Port)};Username={UserName};Password={Password}");

    public IEnumerable<KeyValuePair<string, ReferenceExpression>> GetConnectionProperties() =>
    [
        new("Host", ReferenceExpression.Create($"{Endpoint.Property(EndpointProperty.IPV4Host)}")),
        new("Port", ReferenceExpression.Create($"{Endpoint.Property(EndpointProperty.Port)}")),
        new("Username", ReferenceExpression.Create($"{UserName}")),
        new("Password", ReferenceExpression.Create($"{Password}")),
    ];
}
