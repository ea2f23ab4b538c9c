using System.Net;
using ChatApp.Tests.Orchestrator.Graph;
using ChatApp.Tests.Web;

namespace ChatApp.Tests.Api.Accounts;

/// <summary>Sign-in at a provider through all of the product: page, edge, orchestrator, and a real provider on loopback.</summary>
public sealed class ExternalSignInPageTests
{
    private OpenIdProvider _provider = null!;
    private EdgeHost _edge = null!;
    private WebProcess _web = null!;

    [OneTimeSetUp]
    public async Task Start()
    {
        _provider = await OpenIdProvider.StartAsync();
        var port = FreePort.Next();
        _edge = await EdgeHost.StartAsync(await EdgeStores.NewDatabaseAsync(), new Dictionary<string, string?>
        {
            ["Edge:AllowedOrigins:0"] = $"http://127.0.0.1:{port}",
            ["Accounts:Anonymous"] = "Off",
            ["Accounts:Providers:0:Name"] = "acme",
            ["Accounts:Providers:0:DisplayName"] = "Acme",
            ["Accounts:Providers:0:Authority"] = _provider.Issuer,
            ["Accounts:Providers:0:ClientId"] = OpenIdProvider.ClientId,
            ["Accounts:Providers:0:ClientSecret"] = OpenIdProvider.ClientSecret,
            ["Internal:IdentityKey"] = OrchestratorProcess.IdentityKey,
            ["services:orchestrator:grpc:0"] = (await OrchestratorGraph.SharedAsync()).First.Url,
        }, environment: "Development");
        _web = await WebProcess.StartAsync(_edge.Address.ToString(), port);
    }

    [OneTimeTearDown]
    public async Task Stop()
    {
        await _web.DisposeAsync();
        await _edge.DisposeAsync();
        await _provider.DisposeAsync();
    }

    [Test]
    public async Task A_guest_signs_in_at_the_provider_and_is_the_account_on_the_page_with_everything_they_made()
    {
        (_provider.Subject, _provider.Email) = ("first", $"{Guid.NewGuid():N}@provider.example");
        using var cookies = new Cookies();
        // The first page makes a guest, whose form offers the provider.
        (await cookies.PageAsync(_web.Address + "/account")).ShouldContain("/session/external/acme");

        var landed = await cookies.PageAsync(_web.Address + "/session/external/acme");

        landed.ShouldContain("<html");
        (await cookies.PageAsync(_web.Address + "/account")).ShouldContain(_provider.Email);

        // Once more, as another guest: the account is the same one.
        using var again = new Cookies();
        await again.PageAsync(_web.Address + "/account");
        await again.PageAsync(_web.Address + "/session/external/acme");
        (await again.PageAsync(_web.Address + "/account")).ShouldContain(_provider.Email);
    }

    [Test]
    public async Task A_sign_in_that_fails_says_so_on_the_page()
    {
        (_provider.Subject, _provider.Email, _provider.EmailVerified) = ("second", $"{Guid.NewGuid():N}@provider.example", false);
        using var cookies = new Cookies();
        await cookies.PageAsync(_web.Address + "/account");
        var page = await cookies.PageAsync(_web.Address + "/session/external/acme");
        _provider.EmailVerified = true;
        page.ShouldContain("did not succeed");
        page.ShouldNotContain(_provider.Email);
    }

    [Test]
    public async Task A_code_that_someone_slips_in_signs_nobody_in()
    {
        using var cookies = new Cookies();
        (await cookies.PageAsync(_web.Address + "/session/external/complete?code=stolen")).ShouldContain("did not succeed");
    }

    /// <summary>A browser's cookies and its following of redirects, across all servers.</summary>
}
