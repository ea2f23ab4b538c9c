namespace ChatApp.AppHost.Local;

/// <summary>Looks for programs on PATH.</summary>
internal static class ProgramSearch
{
    public static IEnumerable<string> Folders => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);

    /// <summary>The path of a program; null when there is none.</summary>
    public static string? Find(string name)
    {
        string[] endings = OperatingSystem.IsWindows() ? [".exe", ".cmd"] : [""];
        return Folders.SelectMany(folder => endings.Select(ending => Path.Combine(folder, name + ending))).FirstOrDefault(File.Exists);
    }
}
