using System.Globalization;
using System.Text.RegularExpressions;

namespace ChatApp.AppHost.Local.Postgres;

/// <summary>A PostgreSQL installation.</summary>
/// <param name="Folder">The folder of its programs.</param>
internal sealed partial record PostgresBinaries(string Folder, int Major)
{
    /// <summary>The oldest release that the schema works on.</summary>
    public const int OldestMajor = 13;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    /// <summary>The installed ones, the one on PATH first, then newest first.</summary>
    public static IReadOnlyList<PostgresBinaries> Installed() =>
        [.. ProgramSearch.Folders.Concat(UsualFolders()).Select(Read).OfType<PostgresBinaries>().Where(binaries => binaries.Major >= OldestMajor).DistinctBy(binaries => binaries.Major)];

    /// <summary>What is in a folder; null when it holds no PostgreSQL server that runs here.</summary>
    public static PostgresBinaries? Read(string folder)
    {
        var postgres = Path.Combine(folder, FileName("postgres"));
        if (!File.Exists(postgres) || !File.Exists(Path.Combine(folder, FileName("initdb"))))
            return null;

        // Links such as /usr/local/bin/postgres: the rest of the installation is beside the real file.
        var real = Path.GetDirectoryName(File.ResolveLinkTarget(postgres, returnFinalTarget: true)?.FullName ?? postgres)!;
        return MajorOf(Path.Combine(real, FileName("postgres"))) is { } major ? new PostgresBinaries(real, major) : null;
    }

    public string Program(string name) => Path.Combine(Folder, FileName(name));

    private static IEnumerable<string> UsualFolders()
    {
        (string Root, string Pattern)[] places =
        [
            ("/usr/lib/postgresql", "*"),
            ("/usr", "pgsql-*"),
            ("/opt/homebrew/opt", "postgresql*"),
            ("/usr/local/opt", "postgresql*"),
            ("/home/linuxbrew/.linuxbrew/opt", "postgresql*"),
            (Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.ProgramFiles), "PostgreSQL"), "*"),
        ];
        return places.Where(place => Directory.Exists(place.Root))
            .SelectMany(place => Directory.GetDirectories(place.Root, place.Pattern).OrderByDescending(path => NumberIn(Path.GetFileName(path))))
            .Select(folder => Path.Combine(folder, "bin"));
    }

    private static int? MajorOf(string postgres)
    {
        try
        {
            return NumberIn(ProgramRun.Run(s_patience, postgres, "--version").Output) is > 0 and var major ? major : null;
        }
        catch (Exception exception) when (exception is System.ComponentModel.Win32Exception or OperationCanceledException)
        {
            return null;
        }
    }

    private static int NumberIn(string text) => Digits().Match(text) is { Success: true } match ? int.Parse(match.Value, CultureInfo.InvariantCulture) : 0;

    private static string FileName(string program) => OperatingSystem.IsWindows() ? program + ".exe" : program;

    [GeneratedRegex("[0-9]+")]
    private static partial Regex Digits();
}
