using ChatApp.Orchestrator.Errors;

namespace ChatApp.Orchestrator.Conversations;

/// <summary>The name of a folder: one short line.</summary>
internal static class FolderName
{
    private const int Longest = 80;

    /// <returns>Empty for no folder.</returns>
    /// <exception cref="RefusedException">Longer than a name may be.</exception>
    public static string Check(string name)
    {
        var clean = Clean(name);
        return clean.Length <= Longest ? clean : throw RefusedException.Invalid("folder", $"A folder's name has at most {Longest} characters.");
    }

    /// <summary>From a document: what is no name is no folder.</summary>
    public static string? Read(string? name) => name is not null && Clean(name) is { Length: > 0 and <= Longest } clean ? clean : null;

    private static string Clean(string name) => string.Concat(name.Where(character => !char.IsControl(character))).Trim();
}
