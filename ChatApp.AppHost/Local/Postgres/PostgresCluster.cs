using System.Diagnostics;
using System.Globalization;

namespace ChatApp.AppHost.Local.Postgres;

/// <summary>A PostgreSQL data directory, with the programs and the user that go with it.</summary>
internal sealed partial class PostgresCluster
{
    private readonly PostgresBinaries _binaries;
    private readonly UnprivilegedUser? _user = UnprivilegedUser.Find();

    private PostgresCluster(string folder, PostgresBinaries binaries) => (Folder, _binaries) = (folder, binaries);

    public string Folder { get; }

    public string Version => $"PostgreSQL {_binaries.Major} of {_binaries.Folder}";

    /// <summary>The directory, served by given programs.</summary>
    public static PostgresCluster Of(string folder, PostgresBinaries binaries) => new(folder, binaries);

    /// <summary>Finds what can serve the directory.</summary>
    /// <param name="folder">The data directory; made at the first start.</param>
    /// <param name="fetch">Gets programs where none are installed.</param>
    /// <exception cref="DistributedApplicationException">Nothing can; says why and what to do.</exception>
    public static PostgresCluster Open(string folder, Func<PostgresBinaries> fetch)
    {
        if (UnprivilegedUser.Find() is { } user && UnprivilegedUser.FirstUnreachable(folder) is { } closed)
        {
            throw new DistributedApplicationException(
                $"PostgreSQL runs as the user '{user.Name}' because it refuses root, and that user cannot pass '{closed}' on the way to '{folder}'. Choose another state folder with --State=<folder>, or open it: chmod o+x '{closed}'.");
        }

        if (MajorOf(folder) is null && Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any())
            throw new DistributedApplicationException($"'{folder}' is not empty and has no readable PG_VERSION: it is a damaged PostgreSQL data directory, or none. Restore it, or start over with an empty database: --reset.");
        var installed = PostgresBinaries.Installed();
        if (MajorOf(folder) is not { } major)
            return new PostgresCluster(folder, installed.Count > 0 ? installed[0] : fetch());
        if (installed.FirstOrDefault(binaries => binaries.Major == major) is { } matching)
            return new PostgresCluster(folder, matching);
        var fetched = installed.Count == 0 ? fetch() : null;
        if (fetched?.Major == major)
            return new PostgresCluster(folder, fetched);
        var have = string.Join(", ", installed.Append(fetched).OfType<PostgresBinaries>().Select(binaries => $"{binaries.Major} in {binaries.Folder}"));
        throw new DistributedApplicationException(
            $"The data in '{folder}' was written by PostgreSQL {major}, which is not installed here ({have}). Nothing was changed. Install PostgreSQL {major} again, or start over with an empty database: --reset.");
    }

    /// <summary>
    /// The command line of the server. A shell stays before it, because of how a process is asked to end here: at SIGTERM
    /// PostgreSQL takes no new clients and waits for those it has. That lets services finish; whoever stays is disconnected
    /// before the server would be killed.
    /// </summary>
    public string[] ServerCommand(IEnumerable<string> settings)
    {
        const string Script = """
            trap 'kill -TERM "$server"; { sleep 6; kill -INT "$server"; } >/dev/null 2>&1 & timer=$!' TERM INT
            "$@" & server=$!
            wait "$server"; code=$?
            while kill -0 "$server" 2>/dev/null; do wait "$server"; code=$?; done
            [ -z "$timer" ] || kill "$timer" 2>/dev/null
            exit "$code"
            """;
        string[] server = [_binaries.Program("postgres"), "-D", Folder, .. settings.SelectMany(setting => (string[])["-c", setting])];
        if (OperatingSystem.IsWindows())
            return server;
        string[] shell = ["/bin/sh", "-c", Script, "postgres", .. server];
        return _user?.Wrap(shell) ?? shell;
    }

    /// <summary>Removes the directory; the next start makes it anew.</summary>
    public void Delete()
    {
        if (Directory.Exists(Folder))
            Directory.Delete(Folder, recursive: true);
    }

    /// <summary>Makes the directory where it is new, and ends a server of it that an AppHost which was killed left behind.</summary>
    public async Task PrepareAsync(string userName, string password, ILogger logger, CancellationToken cancellationToken)
    {
        if (MajorOf(Folder) is null)
            await InitializeAsync(userName, password, logger, cancellationToken);
        else
            await StopOrphanAsync(logger, cancellationToken);
    }

    // Made aside first: an interrupted start leaves nothing that looks like a cluster.
    private async Task InitializeAsync(string userName, string password, ILogger logger, CancellationToken cancellationToken)
    {
        var aside = Folder + ".new";
        var passwordFile = aside + ".password";
        if (Directory.Exists(aside))
            Directory.Delete(aside, recursive: true);
        Directory.CreateDirectory(aside);
        try
        {
            var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            await using (var writer = new StreamWriter(passwordFile, options))
                await writer.WriteLineAsync(password.AsMemory(), cancellationToken);
            if (_user is not null)
                await RunAsync(["chown", $"{_user.UserId}:{_user.GroupId}", aside, passwordFile], logger, cancellationToken);
            string[] initdb = [_binaries.Program("initdb"), "--pgdata", aside, "--username", userName, "--pwfile", passwordFile, "--auth", "scram-sha-256", "--encoding", "UTF8", "--locale", "C", "--no-sync"];
            await RunAsync(_user?.Wrap(initdb) ?? initdb, logger, cancellationToken);
        }
        finally
        {
            File.Delete(passwordFile);
        }

        if (Directory.Exists(Folder))
            Directory.Delete(Folder);
        Directory.Move(aside, Folder);
    }

    private async Task StopOrphanAsync(ILogger logger, CancellationToken cancellationToken)
    {
        var file = Path.Combine(Folder, "postmaster.pid");
        if (!File.Exists(file))
            return;
        if (int.TryParse(File.ReadLines(file).FirstOrDefault(), NumberStyles.None, CultureInfo.InvariantCulture, out var id) && IsServer(id))
        {
            LogOrphan(logger, id);
            string[] stop = [_binaries.Program("pg_ctl"), "stop", "-D", Folder, "-m", "fast", "-w", "-t", "20"];
            await RunAsync(_user?.Wrap(stop) ?? stop, logger, cancellationToken);
        }

        // PostgreSQL itself decides that a file of a dead process is stale, unless another process has got its number.
        File.Delete(file);
    }

    private bool IsServer(int id)
    {
        try
        {
            using var process = Process.GetProcessById(id);
            return OperatingSystem.IsLinux() ? File.ReadAllText($"/proc/{id}/cmdline").Split('\0').Contains(Folder) : process.ProcessName.StartsWith("postgres", StringComparison.OrdinalIgnoreCase);
        }
        catch (Exception exception) when (exception is ArgumentException or IOException)
        {
            return false;
        }
    }

    private static int? MajorOf(string folder)
    {
        var file = Path.Combine(folder, "PG_VERSION");
        return File.Exists(file) && int.TryParse(File.ReadAllText(file).Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var major) ? major : null;
    }

    private static async Task RunAsync(string[] command, ILogger logger, CancellationToken cancellationToken)
    {
        var run = await ProgramRun.RunAsync(new ProcessStartInfo(command[0], command[1..]), cancellationToken);
        LogOutput(logger, run.Output);
        if (run.ExitCode != 0)
            throw new DistributedApplicationException($"{string.Join(' ', command)} ended with code {run.ExitCode}: {run.Errors}");
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "{Output}")]
    private static partial void LogOutput(ILogger logger, string output);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Stopping the PostgreSQL server (process {ProcessId}) that an earlier run left behind")]
    private static partial void LogOrphan(ILogger logger, int processId);
}
