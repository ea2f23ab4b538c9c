using System.Net;
using System.Text.Json.Nodes;

namespace ChatApp.Tests.Api.Accounts;

public sealed class ExternalSignInTests
{
    private const string Page = "https://page.example";

    private OpenIdProvider _provider = null!;
    private EdgeHost _edge = null!;

    [OneTimeSetUp]
    public async Task Start()
    {
        _provider = await OpenIdProvider.StartAsync();
        _edge = await EdgeHost.StartAsync(await EdgeStores.NewDatabaseAsync(), new Dictionary<string, string?>
        {
            ["Edge:AllowedOrigins:0"] = Page,
            ["Accounts:Providers:0:Name"] = "acme",
            ["Accounts:Providers:0:DisplayName"] = "Acme",
            ["Accounts:Providers:0:Authority"] = _provider.Issuer,
            ["Accounts:Providers:0:ClientId"] = OpenIdProvider.ClientId,
            ["Accounts:Providers:0:ClientSecret"] = OpenIdProvider.ClientSecret,
        }, environment: "Development");
    }

    [OneTimeTearDown]
    public async Task Stop()
    {
        await _edge.DisposeAsync();
        await _provider.DisposeAsync();
    }

    [SetUp]
    public void Reset() => (_provider.Subject, _provider.Email, _provider.EmailVerified, _provider.Audience) =
        (Guid.NewGuid().ToString("N"), $"{Guid.NewGuid():N}@provider.example", true, OpenIdProvider.ClientId);

    [Test]
    public async Task Someone_from_a_configured_provider_gets_an_account_and_the_same_one_the_next_time()
    {
        var first = await SignInAsync();
        ((string)first["kind"]!).ShouldBe("account");
        ((string)first["email"]!).ShouldBe(_provider.Email);
        ((string)(await SignInAsync())["id"]!).ShouldBe((string)first["id"]!);
    }

    [Test]
    public async Task A_guest_who_signs_in_with_a_provider_keeps_their_id()
    {
        using var browser = Browser();
        var guest = await browser.PostAsync("/api/auth/guest", new StringContent("""{"cookie":true}""", System.Text.Encoding.UTF8, "application/json"));
        var id = (string)JsonNode.Parse(await guest.Content.ReadAsStringAsync())!["user"]!["id"]!;
        ((string)(await SignInAsync(browser))["id"]!).ShouldBe(id);
    }

    [Test]
    public async Task A_provider_s_word_does_not_take_over_an_account_with_a_password()
    {
        using var nobody = _edge.Client();
        (await nobody.PostAsync("/api/auth/sign-up", new { email = _provider.Email, password = "correct horse battery" })).ShouldBe(HttpStatusCode.Created);
        using var browser = Browser();
        using var answer = await browser.GetAsync("/api/auth/external/acme?return_url=/api/me");
        answer.StatusCode.ShouldBe(HttpStatusCode.Conflict);
    }

    [Test]
    public async Task An_address_that_the_provider_does_not_vouch_for_makes_no_account()
    {
        _provider.EmailVerified = false;
        using var browser = Browser();
        using var answer = await browser.GetAsync("/api/auth/external/acme?return_url=/api/me");
        answer.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
    }

    [Test]
    public async Task A_token_that_was_issued_for_another_client_is_refused()
    {
        _provider.Audience = "someone-else";
        using var browser = Browser();
        using var answer = await browser.GetAsync("/api/auth/external/acme?return_url=/api/me");
        answer.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [TestCase("https://evil.example/")]
    [TestCase("//evil.example/")]
    [TestCase("/\\evil.example")]
    [TestCase("javascript:alert(1)")]
    public async Task Nobody_is_sent_to_another_site_afterwards(string target)
    {
        using var browser = Browser();
        using var answer = await browser.GetAsync($"/api/auth/external/acme?return_url={Uri.EscapeDataString(target)}");
        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Test]
    public async Task Completing_without_having_been_at_the_provider_opens_nothing()
    {
        using var nobody = _edge.Client();
        (await nobody.GetAsync("/api/auth/external/acme/complete")).ShouldBe(HttpStatusCode.Unauthorized, "external_sign_in_failed");
        (await nobody.GetAsync("/signin-oidc/acme?code=x&state=y")).ShouldBe(HttpStatusCode.Unauthorized, "external_sign_in_failed");
        (await nobody.GetAsync("/api/auth/external/unknown")).ShouldBe(HttpStatusCode.NotFound);
        (await nobody.GetAsync("/api/auth/providers")).Text.ShouldContain("Acme");
    }

    [Test]
    public async Task A_page_elsewhere_gets_a_code_that_is_good_once_and_only_with_its_own_secret()
    {
        var verifier = new string('v', 43);
        using var server = _edge.Client();
        var stolen = await HandOverAsync(verifier);
        (await server.PostAsync("/api/auth/external/exchange", new { code = stolen, verifier = new string('w', 43) })).ShouldBe(HttpStatusCode.Unauthorized, "external_sign_in_failed");
        (await server.PostAsync("/api/auth/external/exchange", new { code = stolen, verifier })).ShouldBe(HttpStatusCode.Unauthorized, "external_sign_in_failed");

        var code = await HandOverAsync(verifier);
        var session = (await server.PostAsync("/api/auth/external/exchange", new { code, verifier })).ShouldBe(HttpStatusCode.OK);
        using var user = _edge.Client(session["access_token"]);
        (await user.GetAsync("/api/me")).ShouldBe(HttpStatusCode.OK)["email"].ShouldBe(_provider.Email);
        (await server.PostAsync("/api/auth/external/exchange", new { code, verifier })).ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Test]
    public async Task A_page_elsewhere_is_told_why_a_sign_in_failed()
    {
        _provider.EmailVerified = false;
        (await LastRedirectAsync(new string('v', 43))).ShouldBe($"{Page}/back?error=email_not_verified");
        _provider.EmailVerified = true;
        _provider.Audience = "someone-else";
        (await LastRedirectAsync(new string('v', 43))).ShouldBe($"{Page}/back?error=external_sign_in_failed");
    }

    [Test]
    public async Task A_challenge_that_is_none_is_refused()
    {
        using var nobody = _edge.Client();
        (await nobody.GetAsync($"/api/auth/external/acme?return_url={Page}/back&challenge=short")).ShouldBe(HttpStatusCode.BadRequest);
    }

    private async Task<string> HandOverAsync(string verifier)
    {
        var target = await LastRedirectAsync(verifier);
        target.ShouldStartWith($"{Page}/back?code=");
        return target.Split("code=")[1];
    }

    /// <summary>Follows the redirects up to the one that leaves for the page.</summary>
    private async Task<string> LastRedirectAsync(string verifier)
    {
        var challenge = System.Buffers.Text.Base64Url.EncodeToString(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(verifier)));
        using var browser = new HttpClient(new SocketsHttpHandler { CookieContainer = new CookieContainer(), AllowAutoRedirect = false }) { BaseAddress = _edge.Address };
        var next = new Uri(_edge.Address, $"/api/auth/external/acme?return_url={Page}/back&challenge={challenge}");
        while (!next.ToString().StartsWith(Page, StringComparison.Ordinal))
        {
            using var answer = await browser.GetAsync(next);
            answer.StatusCode.ShouldBe(HttpStatusCode.Redirect, await answer.Content.ReadAsStringAsync());
            next = new Uri(next, answer.Headers.Location!);
        }

        return next.ToString();
    }

    private HttpClient Browser() => new(new SocketsHttpHandler { CookieContainer = new CookieContainer() }) { BaseAddress = _edge.Address };

    private async Task<JsonNode> SignInAsync(HttpClient? browser = null)
    {
        using var own = browser is null ? Browser() : null;
        using var answer = await (browser ?? own!).GetAsync("/api/auth/external/acme?return_url=/api/me");
        var text = await answer.Content.ReadAsStringAsync();
        answer.StatusCode.ShouldBe(HttpStatusCode.OK, text);
        return JsonNode.Parse(text)!;
    }
}
