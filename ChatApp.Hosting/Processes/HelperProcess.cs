namespace ChatApp.Hosting.Processes;

/// <summary>This assembly as a process of its own.</summary>
internal static class HelperProcess
{
    private static readonly string[] Inherited = ["PATH", "HOME", "USERPROFILE", "TMPDIR", "TEMP", "TMP", "SystemRoot", "DOTNET_ROOT", "LANG", "LC_ALL", "TZ"];

    /// <summary>A helper with a small environment, and settings of the runtime that keep it small.</summary>
    public static ProcessSpec Spec(string command, IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string> environment)
    {
        var variables = Inherited
            .Select(name => (name, value: Environment.GetEnvironmentVariable(name)))
            .Where(variable => variable.value is not null)
            .ToDictionary(variable => variable.name, variable => variable.value!);
        variables["DOTNET_gcConcurrent"] = "0";
        variables["DOTNET_GCConserveMemory"] = "7";
        variables["DOTNET_TieredPGO"] = "0";
        foreach (var (name, value) in environment)
            variables[name] = value;

        return new ProcessSpec
        {
            FileName = DotNetHost.Path,
            Arguments = ["exec", typeof(HelperProcess).Assembly.Location, command, .. arguments],
            WorkingDirectory = AppContext.BaseDirectory,
            Environment = variables,
        };
    }
}
