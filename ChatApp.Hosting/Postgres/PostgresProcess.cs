using System.Globalization;
using ChatApp.Hosting.Processes;
using ChatApp.Hosting.Running;

namespace ChatApp.Hosting.Postgres;

/// <summary>A PostgreSQL server, sized for a laptop.</summary>
internal sealed class PostgresProcess : ProcessDefinition
{
    public override string Describe(IResource resource) => "PostgreSQL";

    public override async Task<ProcessSpec> PrepareAsync(LaunchContext context, CancellationToken cancellationToken)
    {
        var server = (PostgresServerResource)context.Resource;
        var user = UnprivilegedUser.Find();
        var cluster = new PostgresCluster(context.DataFolder);
        if (user is not null && UnprivilegedUser.FirstUnreachable(cluster.Folder) is { } closed)
            throw new DistributedApplicationException(
                $"PostgreSQL runs as the user '{user.Name}' because it refuses root, and that user cannot pass '{closed}' on the way to '{cluster.Folder}'. Choose another state folder with --{State.StateDirectory.ConfigurationKey}=<folder>, or open it: chmod o+x '{closed}'.");

        var binaries = await ChooseAsync(cluster, context, cancellationToken);
        if (cluster.Major() is null)
        {
            var userName = await server.UserNameReference.GetValueAsync(cancellationToken) ?? PostgresServerResource.DefaultUserName;
            var password = await server.PasswordParameter.GetValueAsync(cancellationToken) ?? "";
            await cluster.InitializeAsync(binaries, user, userName, password, context, cancellationToken);
        }
        else
            await cluster.StopOrphanAsync(context, cancellationToken);

        context.Log.Append($"PostgreSQL {binaries.Major} of {binaries.Folder}");
        var spec = new ProcessSpec
        {
            FileName = binaries.Postgres,
            Arguments = ["-D", cluster.Folder, .. Settings(context.Ports[PostgresServerResource.PrimaryEndpointName]), .. context.Arguments],
            WorkingDirectory = cluster.Folder,
            Environment = context.Environment,
            // Fast shutdown: clients are disconnected, nothing committed is lost.
            StopSignal = StopSignal.Interrupt,
            StopTimeout = TimeSpan.FromSeconds(20),
            StopStage = 1,
        };
        return user?.Wrap(spec) ?? spec;
    }

    private static async Task<PostgresBinaries> ChooseAsync(PostgresCluster cluster, LaunchContext context, CancellationToken cancellationToken)
    {
        var installed = PostgresBinaries.Installed();
        var major = cluster.Major();
        if (major is null && installed.Count > 0)
            return installed[0];
        if (major is not null && installed.FirstOrDefault(binaries => binaries.Major == major) is { } matching)
            return matching;
        if (major is not null && installed.Count > 0)
        {
            var have = string.Join(", ", installed.Select(binaries => $"{binaries.Major} in {binaries.Folder}"));
            throw new DistributedApplicationException(
                $"The data in '{cluster.Folder}' was written by PostgreSQL {major}, which is not installed here ({have}). Nothing was changed. Install PostgreSQL {major} again, or start over with an empty database: --reset.");
        }

        return await PostgresDownload.GetAsync(context.State.Folder("postgres-binaries", passable: true), major, line => context.Log.Append(line), cancellationToken);
    }

    private static IEnumerable<string> Settings(int port)
    {
        (string Name, string Value)[] settings =
        [
            ("listen_addresses", "127.0.0.1"),
            ("port", port.ToString(CultureInfo.InvariantCulture)),
            // Paths of sockets are limited to about 100 characters, and everything here speaks TCP.
            ("unix_socket_directories", ""),
            ("shared_buffers", "64MB"),
            ("max_connections", "100"),
            ("work_mem", "8MB"),
            ("maintenance_work_mem", "64MB"),
            ("max_wal_size", "256MB"),
            ("wal_level", "minimal"),
            ("max_wal_senders", "0"),
            ("max_parallel_workers", "2"),
            ("jit", "off"),
            ("timezone", "UTC"),
            ("log_timezone", "UTC"),
            ("log_line_prefix", "%m [%p] "),
            ("lc_messages", "C"),
        ];
        return settings.SelectMany(setting => (string[])["-c", $"{setting.Name}={setting.Value}"]);
    }
}
