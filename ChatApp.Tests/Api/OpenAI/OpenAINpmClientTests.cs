using ChatApp.Tests.Graph;

namespace ChatApp.Tests.Api.OpenAI;

/// <summary>OpenAI's own client for JavaScript, from npm, against the whole product: <c>openai-npm/suite.mjs</c>.</summary>
public sealed class OpenAINpmClientTests
{
    [Test]
    public async Task The_npm_client_passes_its_suite_over_every_endpoint_and_field()
    {
        var folder = await NpmPackages.InstallAsync("Api", "OpenAI", "openai-npm");
        using var api = await ProductGraph.ApiAsync();
        var address = api.BaseAddress!;
        using var nobody = new EdgeClient(address, null);
        var up = await EdgeClient.SignUpAsync(address);
        using var user = new EdgeClient(address, up["access_token"]);

        var (code, output) = await NpmPackages.RunAsync(folder, "node", ["--test", "--test-reporter=tap", "suite.mjs"], new Dictionary<string, string>
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
}
