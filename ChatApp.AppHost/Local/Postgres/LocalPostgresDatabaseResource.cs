namespace ChatApp.AppHost.Local.Postgres;

/// <summary>A database of a <see cref="LocalPostgresResource"/>.</summary>
internal sealed class LocalPostgresDatabaseResource(string name, LocalPostgresResource server)
    : Resource(name), IResourceWithParent<LocalPostgresResource>, IResourceWithConnectionString
{
    public LocalPostgresResource Parent { get; } = server;

    public ReferenceExpression ConnectionStringExpression => ReferenceExpression.Create($"{Parent};Database={Name}");

    public IEnumerable<KeyValuePair<string, ReferenceExpression>> GetConnectionProperties() =>
        [.. Parent.GetConnectionProperties(), new("DatabaseName", ReferenceExpression.Create($"{Name}"))];
}
