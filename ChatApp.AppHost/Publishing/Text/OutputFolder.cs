namespace ChatApp.AppHost.Publishing.Text;

/// <summary>Where published files go. What an earlier publish left there and this one does not write is removed: Helm deploys every template it finds.</summary>
internal sealed class OutputFolder(string path)
{
    /// <param name="files">Text by path, which begins with a folder that is written as a whole.</param>
    public async Task WriteAsync(IReadOnlyDictionary<string, string> files, CancellationToken cancellationToken)
    {
        foreach (var root in files.Keys.Select(file => file.Split('/')[0]).Distinct())
            RemoveOthers(Path.Combine(path, root), [.. files.Keys.Select(file => Path.GetFullPath(file, Path.GetFullPath(path)))]);
        foreach (var (file, text) in files)
        {
            var target = Path.Combine(path, file);
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            await File.WriteAllTextAsync(target, text, cancellationToken);
        }
    }

    private static void RemoveOthers(string folder, HashSet<string> written)
    {
        if (!Directory.Exists(folder))
            return;
        // Only of the kinds written here: an operator's .env lies beside them.
        foreach (var file in Directory.EnumerateFiles(folder, "*.yaml", SearchOption.AllDirectories).Where(file => !written.Contains(Path.GetFullPath(file))))
            File.Delete(file);
    }
}
