namespace ChatApp.Hosting.Processes;

/// <summary>The user that PostgreSQL runs as when the AppHost runs as root, which PostgreSQL refuses.</summary>
internal sealed record UnprivilegedUser(string Name, uint UserId, uint GroupId)
{
    /// <summary>Whether this process is root.</summary>
    public static bool IsNeeded { get; } = !OperatingSystem.IsWindows() && UnixCalls.GetEffectiveUserId() == 0;

    /// <summary>The user to drop to; null when this process is not root.</summary>
    /// <exception cref="DistributedApplicationException">There is no such user.</exception>
    public static UnprivilegedUser? Find()
    {
        if (!IsNeeded)
            return null;

        var users = File.ReadLines("/etc/passwd").Select(line => line.Split(':')).Where(fields => fields.Length > 3).ToLookup(fields => fields[0]);
        foreach (var name in (string[])["postgres", "nobody"])
        {
            if (users[name].FirstOrDefault() is { } fields && uint.TryParse(fields[2], out var user) && uint.TryParse(fields[3], out var group))
                return new UnprivilegedUser(name, user, group);
        }

        throw new DistributedApplicationException("PostgreSQL refuses to run as root, and there is no user 'postgres' or 'nobody' to run it as. Start the AppHost as an ordinary user.");
    }

    /// <summary>The command that runs another as this user, in the same process.</summary>
    public ProcessSpec Wrap(ProcessSpec spec)
    {
        if (ExecutableSearch.Find("setpriv") is { } setpriv)
            return spec with { FileName = setpriv, Arguments = [$"--reuid={UserId}", $"--regid={GroupId}", "--clear-groups", spec.FileName, .. spec.Arguments] };
        if (ExecutableSearch.Find("chroot") is { } chroot)
        {
            string[] identity = OperatingSystem.IsMacOS() ? ["-u", Name] : [$"--userspec={UserId}:{GroupId}", "--groups="];
            // chroot(8) moves to the new root; a relative path would be another there.
            return spec with { FileName = chroot, Arguments = [.. identity, "/", spec.FileName, .. spec.Arguments] };
        }

        throw new DistributedApplicationException($"PostgreSQL refuses to run as root, and neither setpriv nor chroot is on PATH to run it as '{Name}'. Start the AppHost as an ordinary user.");
    }

    /// <summary>Gives a file or folder to this user.</summary>
    public void Own(string path)
    {
        if (UnixCalls.ChangeOwner(path, UserId, GroupId) != 0)
            throw new DistributedApplicationException($"Cannot give '{path}' to the user '{Name}'.");
    }

    /// <summary>The first folder on the way to a path that this user cannot pass; null when the path is reachable.</summary>
    public static string? FirstUnreachable(string path)
    {
        const UnixFileMode OthersPass = UnixFileMode.OtherExecute;
        for (var folder = new DirectoryInfo(path).Parent; folder is not null; folder = folder.Parent)
        {
            if (folder.Exists && !OperatingSystem.IsWindows() && (folder.UnixFileMode & OthersPass) == 0)
                return folder.FullName;
        }

        return null;
    }
}
