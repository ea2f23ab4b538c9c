using System.Net;
using System.Text.Json.Nodes;
using ChatApp.Tests.AppHost.Publishing;

namespace ChatApp.Tests.Api.Accounts;

/// <summary>The command that prints a link for an administrator, on a database of its own.</summary>
public sealed class AdminLinkTests
{
    private const string Path = "/session/link?code=";

    private string _database = null!;
    private EdgeHost _edge = null!;

    [SetUp]
    public async Task Start() =>
        _edge = await EdgeHost.StartAsync(_database = await EdgeStores.NewDatabaseAsync(), new Dictionary<string, string?> { ["Accounts:FirstUserIsAdmin"] = "true" });

    [TearDown]
    public async Task Stop() => await _edge.DisposeAsync();

    [Test]
    public async Task The_first_link_makes_an_administrator_and_opens_once()
    {
        var code = await NewCodeAsync();

        var user = (await ExchangeAsync(code)).ShouldNotBeNull();
        ((string?)user["email"]).ShouldBe("admin@localhost");
        ((string?)user["role"]).ShouldBe("admin");
        (await ExchangeAsync(code)).ShouldBeNull();
    }

    [Test]
    public async Task Later_links_are_for_the_administrator_that_there_is()
    {
        var email = $"{Guid.NewGuid():N}@example.org";
        using var client = _edge.Client();
        await client.PostAsync("/api/auth/sign-up", new { email, password = "keeper of all that is tested 29", administrator = true });

        var user = (await ExchangeAsync(await NewCodeAsync())).ShouldNotBeNull();
        ((string?)user["email"]).ShouldBe(email);
    }

    [Test]
    public async Task Somebody_who_took_the_name_is_not_made_an_administrator()
    {
        await using var open = await EdgeHost.StartAsync(_database, new Dictionary<string, string?> { ["Accounts:FirstUserIsAdmin"] = "false" });
        using var client = open.Client();
        await client.PostAsync("/api/auth/sign-up", new { email = "admin@localhost", password = "keeper of all that is tested 29" });

        var (exitCode, output) = await RunAsync();

        exitCode.ShouldBe(1);
        output.ShouldContain("Accounts:AdminEmail");
    }

    private async Task<string> NewCodeAsync()
    {
        var (exitCode, output) = await RunAsync();
        exitCode.ShouldBe(0, output);
        output.ShouldStartWith(Path + "link.");
        return output.Trim()[Path.Length..];
    }

    private async Task<(int ExitCode, string Output)> RunAsync() =>
        await AppHostRun.TryAsync("dotnet", [AppHostRun.AssemblyOf("ChatApp.Api"), "admin-link"], new Dictionary<string, string> { ["ConnectionStrings__chatdb"] = _database });

    // As the page's server takes a link up.
    private async Task<JsonNode?> ExchangeAsync(string code)
    {
        using var client = _edge.Client();
        var answer = await client.PostAsync("/api/auth/external/exchange", new { code, verifier = code });
        return answer.Status == HttpStatusCode.OK ? answer.Json["user"] : null;
    }
}
