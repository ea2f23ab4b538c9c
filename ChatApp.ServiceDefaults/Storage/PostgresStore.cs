using System.Diagnostics;
using Microsoft.Extensions.Hosting;
using Npgsql;

namespace ChatApp.ServiceDefaults.Storage;

/// <summary>PostgreSQL as this product uses it.</summary>
public static class PostgresStore
{
    /// <summary>Aspire's data source, with spans for the statements of requests and turns only: work that goes on all day in the background would bury them.</summary>
    /// <param name="builder">The service.</param>
    /// <param name="connectionName">As the connection string is named.</param>
    /// <param name="isVital">Whether the service is out of order without it.</param>
    /// <param name="configure">Changes the data source before it is made.</param>
    public static void AddPostgresStore(this IHostApplicationBuilder builder, string connectionName, bool isVital = true, Action<NpgsqlDataSourceBuilder>? configure = null)
    {
        DatabaseRefusals.CheckParameters();
        builder.AddNpgsqlDataSource(
            connectionName,
            settings => settings.DisableHealthChecks = !isVital,
            source =>
            {
                source.ConfigureTracing(tracing => tracing
                    .ConfigureCommandFilter(static _ => Activity.Current is not null)
                    .ConfigureBatchFilter(static _ => Activity.Current is not null));
                configure?.Invoke(source);
                // Npgsql (10.0.3) takes a statement whose first prepared run fails for one that gives no rows: whoever gets
                // the connection next and runs the same fails with "Received unexpected backend message". So nothing is prepared by itself.
                source.ConnectionStringBuilder.MaxAutoPrepare = 0;
            });
    }
}
