namespace ChatApp.Tests.Inference;

/// <summary>The smallest bundled model, found from the test's own folder upwards.</summary>
internal static class NanoModel
{
    public static string Folder { get; } = Find("chatapp-nano");

    /// <summary>A bundled model's folder.</summary>
    public static string Find(string name)
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            var folder = Path.Combine(at.FullName, "models", name);
            if (Directory.Exists(folder))
                return folder;
        }
        throw new DirectoryNotFoundException($"models/{name} was not found above {AppContext.BaseDirectory}.");
    }
}
