using MysticMind.PostgresEmbed;

namespace ChatApp.Hosting.Postgres;

/// <summary>PostgreSQL's binaries from the public Maven repository, where none are installed.</summary>
internal static class PostgresDownload
{
    private const int DefaultMajor = 17;

    /// <exception cref="DistributedApplicationException">They cannot be downloaded.</exception>
    public static async Task<PostgresBinaries> GetAsync(string folder, int? major, Action<string> report, CancellationToken cancellationToken)
    {
        var version = (major ?? DefaultMajor).ToString(System.Globalization.CultureInfo.InvariantCulture);
        report($"No PostgreSQL is installed; downloading version {version} to {folder}");
        try
        {
            await using var server = new PgServer(new PgServerOptions { PgVersion = version, DbDir = folder, BinariesDir = folder });
            await server.InstallAsync(cancellationToken);
            return PostgresBinaries.Read(Path.Combine(server.InstallDir, "bin"))
                ?? throw new DistributedApplicationException($"The downloaded PostgreSQL in '{server.InstallDir}' does not run on this system.");
        }
        catch (Exception exception) when (exception is not (OperationCanceledException or DistributedApplicationException))
        {
            throw new DistributedApplicationException(
                $"No PostgreSQL server (version {PostgresBinaries.OldestMajor} or newer) is installed, and downloading version {version} failed: {exception.Message} "
                + "Install PostgreSQL (Debian: apt-get install postgresql, macOS: brew install postgresql, Windows: its installer), or set ConnectionStrings:chatdb to a server that runs already.",
                exception);
        }
    }
}
