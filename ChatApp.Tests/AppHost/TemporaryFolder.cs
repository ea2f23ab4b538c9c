namespace ChatApp.Tests.AppHost;

/// <summary>A folder that goes with the test; other users may pass through it, as PostgreSQL's may have to.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public TemporaryFolder()
    {
        Directory.CreateDirectory(Path);
        if (!OperatingSystem.IsWindows())
            System.IO.File.SetUnixFileMode(Path, System.IO.File.GetUnixFileMode(Path) | UnixFileMode.OtherExecute);
    }

    public string Path { get; } = System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"chatapp-test-{Guid.NewGuid():n}"[..26]);

    public string File(string name) => System.IO.Path.Combine(Path, name);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
