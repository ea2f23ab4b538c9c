using System.Text.Json;

namespace ChatApp.Hosting.State;

/// <summary>Generated passwords and keys, kept in the state folder in a file that only its owner reads.</summary>
internal sealed class SecretStore(StateDirectory state)
{
    private readonly Lock _gate = new();

    /// <summary>The store that an application's builder registered.</summary>
    public static SecretStore Of(IDistributedApplicationBuilder builder) =>
        builder.Services.Select(service => service.IsKeyedService ? null : service.ImplementationInstance).OfType<SecretStore>().FirstOrDefault()
        ?? throw new InvalidOperationException("A generated parameter is only available in an application made by DistributedApplication.CreateBuilder.");

    /// <summary>The value of this name; generated and written on first use.</summary>
    public string GetOrAdd(string name, Func<string> generate)
    {
        lock (_gate)
        {
            var values = Read();
            if (values.TryGetValue(name, out var known))
                return known;
            var value = generate();
            values[name] = value;
            Write(values);
            return value;
        }
    }

    private Dictionary<string, string> Read()
    {
        if (!File.Exists(state.SecretsFile))
            return [];
        try
        {
            return JsonSerializer.Deserialize<Dictionary<string, string>>(File.ReadAllText(state.SecretsFile)) ?? [];
        }
        catch (JsonException exception)
        {
            throw new DistributedApplicationException(
                $"'{state.SecretsFile}' is not readable: {exception.Message} It holds the passwords of the data beside it; restore it, or empty the state with --reset.", exception);
        }
    }

    private void Write(Dictionary<string, string> values)
    {
        state.Create();
        var temporary = state.SecretsFile + ".new";
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using (var file = new FileStream(temporary, options))
            JsonSerializer.Serialize(file, values);
        File.Move(temporary, state.SecretsFile, overwrite: true);
    }
}
