using System.Reflection;

namespace ChatApp.Api.Limits;

/// <summary>Reads the Lua scripts that lie beside the code that runs them.</summary>
internal static class RedisScript
{
    public static string Read(string name)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream($"ChatApp.Api.{name}")
            ?? throw new InvalidOperationException($"The script {name} is not part of this assembly.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
