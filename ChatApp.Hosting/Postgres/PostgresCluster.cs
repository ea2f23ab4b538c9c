using System.Globalization;
using ChatApp.Hosting.Processes;
using ChatApp.Hosting.Running;

namespace ChatApp.Hosting.Postgres;

/// <summary>A PostgreSQL data directory.</summary>
internal sealed class PostgresCluster(string folder)
{
    private static readonly TimeSpan OrphanTimeout = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(20);

    public string Folder { get; } = folder;

    /// <summary>The major version that wrote the directory; null when it is new.</summary>
    public int? Major()
    {
        var file = Path.Combine(Folder, "PG_VERSION");
        return File.Exists(file) && int.TryParse(File.ReadAllText(file).Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var major) ? major : null;
    }

    /// <summary>Makes the directory, aside first: an interrupted start leaves nothing that looks like a cluster.</summary>
    public async Task InitializeAsync(PostgresBinaries binaries, UnprivilegedUser? user, string userName, string password, LaunchContext context, CancellationToken cancellationToken)
    {
        var aside = Folder + ".new";
        if (Directory.Exists(aside))
            Directory.Delete(aside, recursive: true);
        Directory.CreateDirectory(aside);
        var passwordFile = aside + ".password";
        await WritePrivateAsync(passwordFile, password, user, cancellationToken);
        try
        {
            user?.Own(aside);
            var spec = new ProcessSpec
            {
                FileName = binaries.InitDb,
                Arguments =
                [
                    "--pgdata", aside, "--username", userName, "--pwfile", passwordFile, "--auth", "scram-sha-256",
                    "--encoding", "UTF8", "--locale", "C", "--no-sync",
                ],
                WorkingDirectory = aside,
                Environment = context.Environment,
            };
            var initialization = ChildProcess.Start(user?.Wrap(spec) ?? spec, line => context.Log.Append(line));
            int code;
            await using (cancellationToken.Register(() => ProcessSignals.KillTree(initialization.Id)))
                code = await initialization.Exited;
            cancellationToken.ThrowIfCancellationRequested();
            if (code != 0)
                throw new DistributedApplicationException($"initdb of '{Folder}' ended with code {code}.");
            if (Directory.Exists(Folder))
                Directory.Delete(Folder);
            Directory.Move(aside, Folder);
        }
        finally
        {
            File.Delete(passwordFile);
        }
    }

    /// <summary>
    /// Ends a server of this directory that an earlier AppHost left behind, which happens only when its guard was killed too.
    /// The directory is ours alone, for the state's lock is held.
    /// </summary>
    public async Task StopOrphanAsync(LaunchContext context, CancellationToken cancellationToken)
    {
        var file = Path.Combine(Folder, "postmaster.pid");
        if (!File.Exists(file))
            return;
        if (int.TryParse((await File.ReadAllLinesAsync(file, cancellationToken)).FirstOrDefault(), NumberStyles.None, CultureInfo.InvariantCulture, out var id)
            && ProcessIdentity.StartOf(id) is { } start
            && IsPostgres(id))
        {
            context.Log.Append($"Stopping the PostgreSQL server (process {id}) that an earlier run left behind");
            ProcessSignals.Send(id, StopSignal.Interrupt);
            var since = TimeProvider.System.GetTimestamp();
            while (ProcessIdentity.IsAlive(id, start))
            {
                if (TimeProvider.System.GetElapsedTime(since) > OrphanTimeout)
                    ProcessSignals.KillTree(id);
                await Task.Delay(Poll, cancellationToken);
            }
        }

        // PostgreSQL itself decides that a file of a dead process is stale, unless another process has got its number.
        File.Delete(file);
    }

    private bool IsPostgres(int id)
    {
        if (!OperatingSystem.IsLinux())
        {
            using var process = System.Diagnostics.Process.GetProcessById(id);
            return process.ProcessName.StartsWith("postgres", StringComparison.OrdinalIgnoreCase);
        }

        return File.ReadAllText($"/proc/{id}/cmdline").Split('\0').Contains(Folder);
    }

    private static async Task WritePrivateAsync(string path, string content, UnprivilegedUser? user, CancellationToken cancellationToken)
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        await using (var writer = new StreamWriter(path, options))
            await writer.WriteLineAsync(content.AsMemory(), cancellationToken);
        user?.Own(path);
    }
}
