using System.Diagnostics;
using System.Security.Cryptography;
using ChatApp.Tests.Graph;

namespace ChatApp.Tests.Api.OpenAI;

/// <summary>OpenAI's own client for JavaScript, from npm, against the whole product: <c>openai-npm/suite.mjs</c>.</summary>
public sealed class OpenAINpmClientTests
{
    private static readonly string[] Sources = ["package.json", "package-lock.json", "suite.mjs"];

    [Test]
    public async Task The_npm_client_passes_its_suite_over_every_endpoint_and_field()
    {
        var folder = await InstallAsync();
        using var api = await ProductGraph.ApiAsync();
        var address = api.BaseAddress!;
        using var nobody = new EdgeClient(address, null);
        var up = await EdgeClient.SignUpAsync(address);
        using var user = new EdgeClient(address, up["access_token"]);

        var (code, output) = await RunAsync(folder, "node", ["--test", "--test-reporter=tap", "suite.mjs"], new()
        {
            ["BASE_URL"] = new Uri(address, "/v1").ToString(),
            ["LIMITED_KEY"] = (await user.PostAsync("/api/keys", new { name = "limited" }))["secret"],
            ["NARROW_KEY"] = (await user.PostAsync("/api/keys", new { name = "narrow", scopes = new[] { "models" } }))["secret"],
            ["CONVERSATION"] = (await nobody.PostAsync("/api/conversations", new { title = "npm" }))["id"],
        });

        code.ShouldBe(0, output);
        output.ShouldContain("# fail 0");
        output.ShouldNotContain("# pass 0\n");
    }

    /// <returns>A folder with the suite and its one package, kept for the next run with the same lock file.</returns>
    private static async Task<string> InstallAsync()
    {
        var sources = Path.Combine(AppContext.BaseDirectory, "Api", "OpenAI", "openai-npm");
        var hash = Convert.ToHexStringLower(SHA256.HashData(await File.ReadAllBytesAsync(Path.Combine(sources, "package-lock.json"))))[..16];
        var folder = Directory.CreateDirectory(Path.Combine(Path.GetTempPath(), $"chatapp-openai-npm-{hash}")).FullName;
        foreach (var source in Sources)
            File.Copy(Path.Combine(sources, source), Path.Combine(folder, source), overwrite: true);
        if (File.Exists(Path.Combine(folder, "installed")))
            return folder;

        var (code, output) = (127, "npm was not found.");
        try
        {
            (code, output) = await RunAsync(folder, "npm", ["ci", "--no-audit", "--no-fund", "--ignore-scripts"], []);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            // Said below.
        }

        if (code != 0)
        {
            var message = $"The npm client could not be installed ({output.Trim()}). Install Node.js 20 or newer with npm, and give npm a registry that it can reach.";
            if (Environment.GetEnvironmentVariable("CHATAPP_CI") is not null)
                Assert.Fail(message);
            Assert.Inconclusive(message);
        }

        await File.WriteAllTextAsync(Path.Combine(folder, "installed"), "");
        return folder;
    }

    private static async Task<(int Code, string Output)> RunAsync(string folder, string program, string[] arguments, Dictionary<string, string> environment)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return (process.ExitCode, await output + await errors);
    }
}
