namespace ChatApp.AppHost.Local.Postgres;

/// <summary>The user that PostgreSQL runs as when the AppHost runs as root, which PostgreSQL refuses.</summary>
internal sealed record UnprivilegedUser(string Name, string UserId, string GroupId)
{
    /// <summary>Whether this process is root.</summary>
    public static bool IsNeeded { get; } = !OperatingSystem.IsWindows() && Environment.IsPrivilegedProcess;

    /// <summary>The user to drop to; null when this process is not root.</summary>
    /// <exception cref="DistributedApplicationException">There is no such user, or no program to become it.</exception>
    public static UnprivilegedUser? Find()
    {
        if (!IsNeeded)
            return null;
        if (ProgramSearch.Find("setpriv") is null)
            throw new DistributedApplicationException("PostgreSQL refuses to run as root, and there is no 'setpriv' to run it as another user. Start the AppHost as an ordinary user.");

        var users = File.ReadLines("/etc/passwd").Select(line => line.Split(':')).Where(fields => fields.Length > 3).ToLookup(fields => fields[0]);
        var found = users["postgres"].Concat(users["nobody"]).FirstOrDefault()
            ?? throw new DistributedApplicationException("PostgreSQL refuses to run as root, and there is no user 'postgres' or 'nobody' to run it as. Start the AppHost as an ordinary user.");
        return new UnprivilegedUser(found[0], found[2], found[3]);
    }

    /// <summary>The command line that runs another one as this user, in the same process.</summary>
    public string[] Wrap(params string[] command) => ["setpriv", $"--reuid={UserId}", $"--regid={GroupId}", "--clear-groups", .. command];

    /// <summary>The first folder on the way to a path that others cannot pass; null when the path is reachable.</summary>
    public static string? FirstUnreachable(string path)
    {
        for (var folder = new DirectoryInfo(path).Parent; folder is not null; folder = folder.Parent)
        {
            if (folder.Exists && !OperatingSystem.IsWindows() && (folder.UnixFileMode & UnixFileMode.OtherExecute) == 0)
                return folder.FullName;
        }

        return null;
    }
}
