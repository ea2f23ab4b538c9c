using System.Security.Cryptography;
using System.Text;
using ChatApp.Hosting.Processes;

namespace ChatApp.Hosting.State;

/// <summary>
/// Where an AppHost keeps what outlives it: data volumes, generated secrets, logs. One folder for each checkout, outside
/// of it.
/// </summary>
internal sealed class StateDirectory(string path, bool isTemporary)
{
    public const string ConfigurationKey = "AppHost:StateDirectory";

    private const UnixFileMode Passable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    public string Path { get; } = path;

    /// <summary>Whether the folder goes with the application, as under the testing builder.</summary>
    public bool IsTemporary { get; } = isTemporary;

    public string LockFile => System.IO.Path.Combine(Path, "apphost.lock");

    public string OwnerFile => System.IO.Path.Combine(Path, "apphost.json");

    public string GuardLockFile => System.IO.Path.Combine(Path, "guard.lock");

    public string SecretsFile => System.IO.Path.Combine(Path, "secrets.json");

    public string LogsFolder => Folder("logs", Private);

    public static StateDirectory For(IConfiguration configuration, string appHostDirectory) =>
        configuration[ConfigurationKey] is { Length: > 0 } given
            ? new StateDirectory(System.IO.Path.GetFullPath(given, appHostDirectory), isTemporary: false)
            : new StateDirectory(System.IO.Path.Combine(DefaultRoot(), Key(appHostDirectory)), isTemporary: false);

    public static StateDirectory Temporary() =>
        new(System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"chatapp-{Guid.NewGuid():n}"[..20]), isTemporary: true);

    /// <summary>Makes the folder. Others may pass through it, not look into it: PostgreSQL may run as another user.</summary>
    public void Create() => Create(Path, Passable);

    /// <summary>A folder that lives as long as the state.</summary>
    public string Volume(string name) => System.IO.Path.Combine(Folder("volumes", Passable), name);

    /// <summary>A folder that is emptied at each start.</summary>
    public string Session(string name) => System.IO.Path.Combine(Folder("session", Passable), name);

    public string Folder(string name, bool passable) => Folder(name, passable ? Passable : Private);

    /// <summary>Empties the folder but for the locks that are held in it.</summary>
    public void Empty()
    {
        if (!Directory.Exists(Path))
            return;
        foreach (var entry in new DirectoryInfo(Path).EnumerateFileSystemInfos().Where(e => e.Extension != ".lock"))
            Delete(entry);
    }

    /// <summary>Removes what does not outlive a run.</summary>
    public void EmptySession()
    {
        var session = new DirectoryInfo(System.IO.Path.Combine(Path, "session"));
        if (session.Exists)
            Delete(session);
    }

    public void Remove()
    {
        if (Directory.Exists(Path))
            Directory.Delete(Path, recursive: true);
    }

    private static void Delete(FileSystemInfo entry)
    {
        if (entry is DirectoryInfo folder && folder.LinkTarget is null)
            folder.Delete(recursive: true);
        else
            entry.Delete();
    }

    // Root's home is closed to the user that PostgreSQL drops to.
    private static string DefaultRoot() =>
        UnprivilegedUser.IsNeeded
            ? "/var/lib/chatapp"
            : System.IO.Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.Create), "chatapp");

    private static string Key(string appHostDirectory)
    {
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(appHostDirectory)));
        var checkout = new DirectoryInfo(appHostDirectory).Parent?.Name ?? "apphost";
        var readable = new string([.. checkout.Where(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_')]);
        return $"{readable}-{hash[..8]}";
    }

    private string Folder(string name, UnixFileMode mode)
    {
        var path = System.IO.Path.Combine(Path, name);
        Create(path, mode);
        return path;
    }

    private static void Create(string path, UnixFileMode mode)
    {
        if (Directory.Exists(path))
            return;
        List<string> missing = [];
        for (var parent = System.IO.Path.GetDirectoryName(path); parent is not null && !Directory.Exists(parent); parent = System.IO.Path.GetDirectoryName(parent))
            missing.Add(parent);
        Directory.CreateDirectory(path);
        if (OperatingSystem.IsWindows())
            return;

        // Set afterwards, because the umask takes bits away.
        foreach (var parent in missing)
            File.SetUnixFileMode(parent, Passable);
        File.SetUnixFileMode(path, mode);
    }
}
