using System.Runtime.InteropServices;

namespace ChatApp.Hosting.Processes;

/// <summary>The <c>dotnet</c> program of the runtime that this process runs on.</summary>
internal static class DotNetHost
{
    public static string Path { get; } = Find();

    private static string Find()
    {
        var name = OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet";
        string?[] candidates =
        [
            System.IO.Path.GetFullPath(System.IO.Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", name)),
            Environment.GetEnvironmentVariable("DOTNET_HOST_PATH"),
            ExecutableSearch.Find(name),
        ];
        return candidates.FirstOrDefault(File.Exists)
            ?? throw new DistributedApplicationException("The dotnet program was not found beside the running runtime, in DOTNET_HOST_PATH or on PATH.");
    }
}
