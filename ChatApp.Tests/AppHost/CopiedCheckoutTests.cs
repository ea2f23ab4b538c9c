using System.Text.Json.Nodes;
using ChatApp.AppHost.Local;
using ChatApp.Tests.AppHost.Publishing;
using ChatApp.Web;

namespace ChatApp.Tests.AppHost;

/// <summary>A checkout that was built in one place and runs in another.</summary>
public sealed class CopiedCheckoutTests
{
    private const string Built = "/built/here";

    [Test]
    public void Services_are_those_of_the_checkout_that_runs()
    {
        using var copy = new TemporaryFolder();
        var own = Directory.CreateDirectory(copy.File("ChatApp.Api")).FullName;
        var output = Directory.CreateDirectory(copy.File("ChatApp.AppHost/bin/Debug/net10.0")).FullName;

        BuiltProject.Folder($"{Built}/ChatApp.Api", output).ShouldBe(own);
        BuiltProject.Folder($"{Built}/ChatApp.AppHost/", output + Path.DirectorySeparatorChar).ShouldBe(copy.File("ChatApp.AppHost"));
    }

    [Test]
    public void Whoever_hosts_it_from_another_repository_has_it_as_it_was_built()
    {
        using var elsewhere = new TemporaryFolder();
        BuiltProject.Folder($"{Built}/ChatApp.Api", elsewhere.File("Their.Tests/bin/Debug/net10.0")).ShouldBe($"{Built}/ChatApp.Api");
        BuiltProject.Folder($"{Built}/ChatApp.Api", elsewhere.File("somewhere/else")).ShouldBe($"{Built}/ChatApp.Api");
    }

    [Test]
    public async Task A_copy_without_its_services_says_so_at_the_start_and_starts_none_of_the_original()
    {
        using var copy = new TemporaryFolder();
        var original = Path.GetDirectoryName(AppHostRun.AssemblyOf("ChatApp.AppHost"))!;
        var output = Directory.CreateDirectory(copy.File($"ChatApp.AppHost/bin/{Path.GetFileName(Path.GetDirectoryName(original))}/{Path.GetFileName(original)}")).FullName;
        foreach (var file in Directory.EnumerateFiles(original, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(output, Path.GetRelativePath(original, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }

        var (exitCode, said) = await AppHostRun.TryAsync("dotnet", [Path.Combine(output, "ChatApp.AppHost.dll"), $"--State={copy.File("state")}", "--DcpPublisher:RandomizePorts=true"]);

        exitCode.ShouldBe(1, said);
        said.Trim().Split('\n').Length.ShouldBe(1, said);
        said.ShouldContain($"{copy.Path}{Path.DirectorySeparatorChar}ChatApp.");
        said.ShouldContain("dotnet build");
    }

    [Test]
    public void The_page_has_the_scripts_of_the_checkout_that_runs()
    {
        using var copy = new TemporaryFolder();
        var output = Directory.CreateDirectory(copy.File("ChatApp.Web/bin/Debug/net10.0")).FullName;
        var assets = Directory.CreateDirectory(copy.File("ChatApp.Web/wwwroot")).FullName + Path.DirectorySeparatorChar;
        var manifest = Path.Combine(output, "ChatApp.Web.staticwebassets.runtime.json");
        File.WriteAllText(manifest, $$"""{"ContentRoots":["{{Built}}/ChatApp.Web/wwwroot/","/packages/_framework/"],"Root":{ } }""");

        BuiltAssets.FollowCheckout(output + Path.DirectorySeparatorChar);

        var json = JsonNode.Parse(File.ReadAllText(manifest))!;
        json["ContentRoots"]!.AsArray().Select(root => (string)root!).ShouldBe([assets, "/packages/_framework/"]);
        json["Root"].ShouldNotBeNull();
        Directory.GetFiles(output).ShouldHaveSingleItem();
    }
}
