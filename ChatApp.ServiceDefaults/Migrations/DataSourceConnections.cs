using DbUp.Engine.Transactions;
using DbUp.Postgresql;
using Npgsql;

namespace ChatApp.ServiceDefaults.Migrations;

/// <summary>Lets DbUp use the service's own data source, whose connection string no longer shows its password.</summary>
internal sealed class DataSourceConnections(NpgsqlDataSource dataSource)
    : DatabaseConnectionManager(new DelegateConnectionFactory((_, _) => dataSource.CreateConnection()))
{
    private readonly PostgresqlConnectionManager _splitter = new("Host=unused");

    public override IEnumerable<string> SplitScriptIntoCommands(string scriptContents) =>
        _splitter.SplitScriptIntoCommands(scriptContents);
}
