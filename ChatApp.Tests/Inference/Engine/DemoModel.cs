namespace ChatApp.Tests.Inference.Engine;

/// <summary>Where the bundled demo model lies, from wherever the tests run.</summary>
internal static class DemoModel
{
    public static string Nano { get; } = Find("chatapp-nano");

    private static string Find(string name)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var models = Path.Combine(folder.FullName, "models", name);
            if (Directory.Exists(models))
                return models;
        }

        throw new DirectoryNotFoundException($"models/{name} was not found above {AppContext.BaseDirectory}.");
    }
}
