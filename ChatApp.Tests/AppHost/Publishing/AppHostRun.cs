using System.Diagnostics;

namespace ChatApp.Tests.AppHost.Publishing;

/// <summary>The AppHost as <c>aspire publish</c> runs it: a process that writes files and ends.</summary>
internal static class AppHostRun
{
    public static string Checkout { get; } = Path.GetDirectoryName(Projects.ChatApp_AppHost.ProjectPath)!;

    /// <summary>The output of a project of this checkout, built as the tests are.</summary>
    public static string AssemblyOf(string project)
    {
        var output = new DirectoryInfo(AppContext.BaseDirectory);
        return Path.Combine(Checkout, project, "bin", output.Parent!.Name, output.Name, $"{project}.dll");
    }

    public static Task<string> PublishAsync(string folder, params string[] arguments) =>
        RunAsync("dotnet", [AssemblyOf("ChatApp.AppHost"), "--operation", "publish", "--step", "publish", "--output-path", folder, .. arguments]);

    /// <returns>What it said, when it ended with success.</returns>
    public static async Task<string> RunAsync(string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null)
    {
        var (exitCode, output) = await TryAsync(program, arguments, environment);
        exitCode.ShouldBe(0, output);
        return output;
    }

    public static async Task<(int ExitCode, string Output)> TryAsync(string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(90));
        var (output, error) = (process.StandardOutput.ReadToEndAsync(patience.Token), process.StandardError.ReadToEndAsync(patience.Token));
        try
        {
            await process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }

        return (process.ExitCode, await output + await error);
    }
}
