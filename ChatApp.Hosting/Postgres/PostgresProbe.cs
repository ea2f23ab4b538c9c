using ChatApp.Hosting.Running;
using Npgsql;

namespace ChatApp.Hosting.Postgres;

/// <summary>Connects to a server or a database.</summary>
internal sealed class PostgresProbe : ProbeAnnotation
{
    public override string Name => "connect";

    public override async Task<string?> AskAsync(ProbeContext context, CancellationToken cancellationToken)
    {
        await using var connection = await PostgresConnections.OpenAsync((IResourceWithConnectionString)context.Resource, cancellationToken);
        await using var command = new NpgsqlCommand("SELECT 1", connection);
        await command.ExecuteScalarAsync(cancellationToken);
        return null;
    }
}
