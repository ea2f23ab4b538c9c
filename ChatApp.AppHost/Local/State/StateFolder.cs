using System.Security.Cryptography;
using System.Text;

namespace ChatApp.AppHost.Local.State;

/// <summary>
/// What the local stores of one checkout keep between runs: data and generated secrets. It lies outside of the checkout,
/// and one AppHost at a time holds it.
/// </summary>
internal sealed class StateFolder
{
    public const string ConfigurationKey = "State";
    public const string ResetSwitch = "--reset";

    // PostgreSQL may run as another user, who passes through and looks into nothing but its own.
    private const UnixFileMode Passable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    // Never disposed by hand: the system lets go of it when the process ends, however it ends.
    private readonly FileStream _lock;

    private StateFolder(string path, FileStream held, int? diedWithoutStopping)
    {
        (Path, _lock) = (path, held);
        DiedWithoutStopping = diedWithoutStopping;
        Secrets = new SecretFile(In("secrets.json"));
    }

    public string Path { get; }

    public SecretFile Secrets { get; }

    /// <summary>The process of an AppHost that was killed, whose children may still be on their way out; null after a clean stop.</summary>
    public int? DiedWithoutStopping { get; }

    /// <summary>Makes and locks the folder, and empties it when the switch asks for it.</summary>
    /// <exception cref="DistributedApplicationException">Another AppHost holds it, or it cannot be written to.</exception>
    public static StateFolder Open(IDistributedApplicationBuilder builder, string[] args)
    {
        var path = builder.Configuration[ConfigurationKey] is { Length: > 0 } given
            ? System.IO.Path.GetFullPath(given, BuiltProject.Folder(builder.AppHostDirectory))
            : System.IO.Path.Combine(DefaultRoot(), KeyOf(BuiltProject.Folder(builder.AppHostDirectory)));
        try
        {
            Create(path);
            var held = Lock(path);
            var owner = System.IO.Path.Combine(path, "apphost.pid");
            int? died = File.Exists(owner) && int.TryParse(File.ReadAllText(owner), out var id) ? id : null;
            File.WriteAllText(owner, Environment.ProcessId.ToString(System.Globalization.CultureInfo.InvariantCulture));
            if (args.Contains(ResetSwitch))
                Empty(path);
            return new StateFolder(path, held, died);
        }
        catch (Exception exception) when (exception is UnauthorizedAccessException or IOException)
        {
            throw new DistributedApplicationException(
                $"The state folder '{path}' cannot be used: {exception.Message} Make it writable for '{Environment.UserName}', or choose another: --{ConfigurationKey}=<folder>.", exception);
        }
    }

    /// <summary>A folder of one store; made by that store.</summary>
    public string Volume(string name) => In("volumes", name);

    /// <summary>A folder whose content does not outlive the run.</summary>
    public string Session(string name)
    {
        var path = In("session", name);
        if (Directory.Exists(path))
            Directory.Delete(path, recursive: true);
        Create(path);
        return path;
    }

    /// <summary>Says that everything that used the folder has ended.</summary>
    public void Release()
    {
        File.Delete(In("apphost.pid"));
        _lock.Dispose();
    }

    private string In(params string[] names)
    {
        var path = System.IO.Path.Combine([Path, .. names]);
        Create(System.IO.Path.GetDirectoryName(path)!);
        return path;
    }

    private static FileStream Lock(string path)
    {
        var file = System.IO.Path.Combine(path, "apphost.lock");
        try
        {
            return new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException) when (File.Exists(file))
        {
            var owner = System.IO.Path.Combine(path, "apphost.pid");
            var who = File.Exists(owner) ? $" (process {File.ReadAllText(owner)})" : "";
            throw new DistributedApplicationException(
                $"Another AppHost of this checkout is running{who}. Stop it first, or give this one a state and ports of its own: --{ConfigurationKey}=<folder> --Ports:Web=9080 --Ports:Api=9081 --Ports:Dashboard=9888.");
        }
    }

    private static void Empty(string path)
    {
        foreach (var entry in new DirectoryInfo(path).EnumerateFileSystemInfos().Where(entry => !entry.Name.StartsWith("apphost.", StringComparison.Ordinal)))
        {
            if (entry is DirectoryInfo folder && folder.LinkTarget is null)
                folder.Delete(recursive: true);
            else
                entry.Delete();
        }
    }

    // Root's home is closed to the user that PostgreSQL drops to.
    private static string DefaultRoot() =>
        !OperatingSystem.IsWindows() && Environment.IsPrivilegedProcess
            ? "/var/lib/chatapp"
            : System.IO.Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.Create), "chatapp");

    private static string KeyOf(string appHostDirectory)
    {
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(appHostDirectory)));
        var checkout = new DirectoryInfo(appHostDirectory).Parent?.Name ?? "apphost";
        return $"{new string([.. checkout.Where(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_')])}-{hash[..8]}";
    }

    private static void Create(string path)
    {
        List<string> missing = [];
        for (var folder = path; folder is not null && !Directory.Exists(folder); folder = System.IO.Path.GetDirectoryName(folder))
            missing.Add(folder);
        Directory.CreateDirectory(path);
        if (OperatingSystem.IsWindows())
            return;
        // Set afterwards, because the umask takes bits away.
        foreach (var folder in missing)
            File.SetUnixFileMode(folder, Passable);
    }
}
