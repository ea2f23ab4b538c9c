using System.Text.Json;

namespace ChatApp.AppHost.Local.State;

/// <summary>Generated passwords and keys, beside the data they open, in a file that only its owner reads.</summary>
internal sealed class SecretFile(string path)
{
    private readonly Lock _gate = new();

    /// <exception cref="DistributedApplicationException">The file is damaged.</exception>
    public string GetOrAdd(string name, Func<string> generate)
    {
        lock (_gate)
        {
            var values = Read();
            if (values.TryGetValue(name, out var known))
                return known;
            var value = values[name] = generate();
            Write(values);
            return value;
        }
    }

    private Dictionary<string, string> Read()
    {
        if (!File.Exists(path))
            return [];
        try
        {
            return JsonSerializer.Deserialize<Dictionary<string, string>>(File.ReadAllText(path)) ?? [];
        }
        catch (JsonException exception)
        {
            throw new DistributedApplicationException(
                $"'{path}' is damaged: {exception.Message} It holds the passwords of the data beside it: restore it, or start over with an empty state: {StateFolder.ResetSwitch}.", exception);
        }
    }

    private void Write(Dictionary<string, string> values)
    {
        var temporary = path + ".new";
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using (var file = new FileStream(temporary, options))
            JsonSerializer.Serialize(file, values);
        File.Move(temporary, path, overwrite: true);
    }
}
