using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace ChatApp.ServiceDefaults.Migrations;

/// <summary>
/// The command <c>migrate</c> of a service with a schema: brings it up to date and ends. A deployment runs it before replicas of
/// a new version start, so that a script that fails stops the deployment rather than the replicas. It needs the database's
/// connection string and none of the service's other settings.
/// </summary>
public static partial class MigrateCommand
{
    private const string Verb = "migrate";

    public static bool IsAskedFor(string[] args) => args is [Verb, ..];

    /// <returns>The exit code: 0 when the schema is up to date.</returns>
    public static async Task<int> RunAsync(string[] args, string schema, Assembly assembly)
    {
        var builder = Host.CreateApplicationBuilder(args[1..]);
        builder.Logging.AddFilter("Npgsql", LogLevel.Warning);
        builder.AddNpgsqlDataSource("chatdb");
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton<SchemaMigrator>();
        using var host = builder.Build();
        var logger = host.Services.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(MigrateCommand));
        try
        {
            await host.Services.GetRequiredService<SchemaMigrator>().MigrateAsync(schema, assembly, CancellationToken.None);
            UpToDate(logger, schema);
            return 0;
        }
        catch (Exception exception) when (exception is InvalidOperationException or NpgsqlException)
        {
            Failed(logger, schema, exception.Message);
            return 1;
        }
    }

    [LoggerMessage(LogLevel.Information, "Schema {Schema} is up to date.")]
    private static partial void UpToDate(ILogger logger, string schema);

    [LoggerMessage(LogLevel.Error, "Schema {Schema} was not brought up to date: {Reason}")]
    private static partial void Failed(ILogger logger, string schema, string reason);
}
