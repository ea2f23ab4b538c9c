using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using ChatApp.Hosting.Processes;

namespace ChatApp.Hosting.Postgres;

/// <summary>A PostgreSQL installation.</summary>
/// <param name="Folder">The folder of <c>initdb</c> and <c>postgres</c>.</param>
internal sealed partial record PostgresBinaries(string Folder, int Major)
{
    /// <summary>The oldest release that the schema works on.</summary>
    public const int OldestMajor = 13;

    public string InitDb => Program("initdb");

    public string Postgres => Program("postgres");

    /// <summary>The installed ones, the one on PATH first, then newest first.</summary>
    public static IReadOnlyList<PostgresBinaries> Installed() =>
        [.. Folders().Select(Read).OfType<PostgresBinaries>().Where(binaries => binaries.Major >= OldestMajor).DistinctBy(binaries => binaries.Major)];

    /// <summary>Reads what is in a folder; null when it holds no PostgreSQL server.</summary>
    public static PostgresBinaries? Read(string folder)
    {
        var postgres = Path.Combine(folder, Name("postgres"));
        if (!File.Exists(postgres) || !File.Exists(Path.Combine(folder, Name("initdb"))))
            return null;

        // Links such as /usr/local/bin/postgres: the rest of the installation is beside the real file.
        var real = Path.GetDirectoryName(File.ResolveLinkTarget(postgres, returnFinalTarget: true)?.FullName ?? postgres)!;
        return MajorOf(Path.Combine(real, Name("postgres"))) is { } major ? new PostgresBinaries(real, major) : null;
    }

    private static IEnumerable<string> Folders()
    {
        foreach (var folder in (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries))
            yield return folder;

        (string Root, string Pattern)[] places =
        [
            ("/usr/lib/postgresql", "*"),
            ("/usr", "pgsql-*"),
            ("/opt/homebrew/opt", "postgresql*"),
            ("/usr/local/opt", "postgresql*"),
            ("/home/linuxbrew/.linuxbrew/opt", "postgresql*"),
            (Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.ProgramFiles), "PostgreSQL"), "*"),
        ];
        foreach (var (root, pattern) in places.Where(place => Directory.Exists(place.Root)))
        {
            foreach (var folder in Directory.GetDirectories(root, pattern).OrderByDescending(NumberIn))
                yield return Path.Combine(folder, "bin");
        }
    }

    private static int NumberIn(string path) =>
        Digits().Match(Path.GetFileName(path)) is { Success: true } match ? int.Parse(match.Value, CultureInfo.InvariantCulture) : 0;

    private static int? MajorOf(string postgres)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(postgres, ["--version"]) { RedirectStandardOutput = true, RedirectStandardError = true });
            var text = process!.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return Digits().Match(text) is { Success: true } match ? int.Parse(match.Value, CultureInfo.InvariantCulture) : null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }

    private static string Name(string program) => OperatingSystem.IsWindows() ? program + ".exe" : program;

    private string Program(string name) => Path.Combine(Folder, Name(name));

    [GeneratedRegex("[0-9]+")]
    private static partial Regex Digits();
}
