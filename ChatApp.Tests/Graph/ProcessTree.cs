using System.Globalization;

namespace ChatApp.Tests.Graph;

/// <summary>What Linux tells of processes.</summary>
internal static class ProcessTree
{
    /// <summary>The process that does the work of one that only started it: a shell, or <c>dotnet run</c>. Null while there is none yet.</summary>
    public static int? Worker(int id)
    {
        while (true)
        {
            var command = CommandLine(id);
            var startsAnother = command is [_, "-c", ..] || command is ["dotnet" or [.., '/', 'd', 'o', 't', 'n', 'e', 't'], "run", ..];
            if (!startsAnother)
                return command.Length > 0 ? id : null;
            if (Children(id) is not [var child, ..])
                return null;
            id = child;
        }
    }

    /// <summary>All processes below one.</summary>
    public static HashSet<int> Descendants(int id)
    {
        HashSet<int> found = [];
        Visit(id);
        return found;

        void Visit(int parent)
        {
            foreach (var child in Children(parent).Where(found.Add))
                Visit(child);
        }
    }

    /// <summary>All processes whose command line speaks of a folder.</summary>
    public static List<int> SpeakingOf(string folder) => [.. All().Where(id => CommandLine(id).Any(argument => argument.Contains(folder, StringComparison.Ordinal)))];

    public static bool IsAlive(int id) => StateOf(id) is { } state and not "Z";

    public static string[] CommandLine(int id)
    {
        try
        {
            return File.ReadAllText($"/proc/{id}/cmdline").Split('\0', StringSplitOptions.RemoveEmptyEntries);
        }
        catch (IOException)
        {
            return [];
        }
    }

    private static List<int> Children(int id) => [.. All().Where(candidate => Stat(candidate) is [_, var parent, ..] && parent == id.ToString(CultureInfo.InvariantCulture)).Order()];

    private static string? StateOf(int id) => Stat(id) is [var state, ..] ? state : null;

    // The fields after the name, which may hold blanks: state, parent...
    private static string[] Stat(int id)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{id}/stat");
            return stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        }
        catch (IOException)
        {
            return [];
        }
    }

    private static IEnumerable<int> All() =>
        Directory.EnumerateDirectories("/proc").Select(path => int.TryParse(Path.GetFileName(path), CultureInfo.InvariantCulture, out var id) ? id : 0).Where(id => id > 0);
}
