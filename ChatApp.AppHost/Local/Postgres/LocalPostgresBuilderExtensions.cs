using ChatApp.AppHost.Health;
using ChatApp.AppHost.Local.State;
using Npgsql;

namespace ChatApp.AppHost.Local.Postgres;

/// <summary>Runs PostgreSQL from binaries, as <c>AddPostgres</c> runs it from an image.</summary>
internal static class LocalPostgresBuilderExtensions
{
    // Sized for a laptop.
    private static readonly string[] s_settings =
    [
        "listen_addresses=127.0.0.1",
        // Paths of sockets are limited to about 100 characters, and everything here speaks TCP.
        "unix_socket_directories=",
        "shared_buffers=64MB", "work_mem=8MB", "maintenance_work_mem=64MB", "max_connections=100", "max_wal_size=256MB",
        "wal_level=minimal", "max_wal_senders=0", "max_parallel_workers=2", "jit=off",
        "timezone=UTC", "log_timezone=UTC", "log_line_prefix=%m [%p] ", "lc_messages=C",
    ];

    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(300);

    /// <summary>Adds a server of the newest installed PostgreSQL, or of one that is fetched.</summary>
    /// <exception cref="DistributedApplicationException">There is none, or it cannot serve the data that is there.</exception>
    public static IResourceBuilder<LocalPostgresResource> AddLocalPostgres(this IDistributedApplicationBuilder builder, string name, StateFolder state)
    {
        var password = builder.AddGeneratedSecret($"{name}-password", 22, state);
        var cluster = PostgresCluster.Open(state.Volume($"{name}-data"), () => PostgresPackage.Get(state.Volume($"{name}-binaries"), BuiltProject.Folder(builder.AppHostDirectory)));
        var command = cluster.ServerCommand(s_settings);
        var server = new LocalPostgresResource(name, command[0], cluster, password.Resource);
        return builder.AddResource(server)
            .WithIconName("Database")
            .WithResetData()
            .WithEndpoint(scheme: "tcp", name: LocalPostgresResource.EndpointName, isProxied: false)
            .WithArgs(context =>
            {
                foreach (var argument in command[1..])
                    context.Args.Add(argument);
                context.Args.Add("-c");
                context.Args.Add(ReferenceExpression.Create($"port={server.Endpoint.Property(EndpointProperty.TargetPort)}"));
            })
            .WithPatientHealthCheck("connection", async (_, cancellationToken) => await (await OpenAsync(server, cancellationToken)).DisposeAsync())
            .OnBeforeResourceStarted(async (_, started, cancellationToken) =>
            {
                var logger = started.Services.GetRequiredService<ResourceLoggerService>().GetLogger(server);
                await cluster.PrepareAsync(LocalPostgresResource.UserName, await server.Password.GetValueAsync(cancellationToken) ?? "", logger, cancellationToken);
            })
            .OnResourceReady(async (_, ready, _) =>
            {
                // Not by the event's own token, which ends with the server that is killed meanwhile: whoever waits for its being ready would be told of that.
                await CreateDatabasesAsync(server, ready.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping);
                await PublishAsync(ready.Services, server, KnownResourceStates.Running);
            })
            .OnResourceStopped((_, stopped, _) => PublishAsync(stopped.Services, server, KnownResourceStates.Exited));
    }

    /// <summary>Adds a database, made where it is absent.</summary>
    public static IResourceBuilder<LocalPostgresDatabaseResource> AddDatabase(this IResourceBuilder<LocalPostgresResource> server, string name)
    {
        var database = new LocalPostgresDatabaseResource(name, server.Resource);
        server.Resource.Databases.Add(database);
        return server.ApplicationBuilder.AddResource(database).WithIconName("Database");
    }

    // Aspire passes on the state of a container to its children, not that of an executable.
    private static async Task PublishAsync(IServiceProvider services, LocalPostgresResource server, string state)
    {
        var notifications = services.GetRequiredService<ResourceNotificationService>();
        foreach (var database in server.Databases)
            await notifications.PublishUpdateAsync(database, snapshot => snapshot with { State = state });
    }

    /// <summary>A server that dies under it is started again, and asked again: what waits for the databases goes on waiting.</summary>
    private static async Task CreateDatabasesAsync(LocalPostgresResource server, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                await CreateMissingDatabasesAsync(server, cancellationToken);
                return;
            }
            catch (NpgsqlException exception) when (exception.IsTransient)
            {
                await Task.Delay(s_pause, cancellationToken);
            }
        }
    }

    private static async Task CreateMissingDatabasesAsync(LocalPostgresResource server, CancellationToken cancellationToken)
    {
        await using var connection = await OpenAsync(server, cancellationToken);
        foreach (var database in server.Databases)
        {
            await using var exists = new NpgsqlCommand("SELECT 1 FROM pg_database WHERE datname = $1", connection) { Parameters = { new() { Value = database.Name } } };
            if (await exists.ExecuteScalarAsync(cancellationToken) is not null)
                continue;
            await using var create = new NpgsqlCommand($"CREATE DATABASE \"{database.Name}\"", connection);
            await create.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    /// <summary>A connection outside of any pool: the AppHost holds no server process while it asks nothing.</summary>
    private static async Task<NpgsqlConnection> OpenAsync(LocalPostgresResource resource, CancellationToken cancellationToken)
    {
        var settings = new NpgsqlConnectionStringBuilder(await resource.ConnectionStringExpression.GetValueAsync(cancellationToken))
        {
            Database = "postgres",
            Pooling = false,
            Timeout = 5,
            ApplicationName = "apphost",
        };
        var connection = new NpgsqlConnection(settings.ConnectionString);
        try
        {
            await connection.OpenAsync(cancellationToken);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }
}
