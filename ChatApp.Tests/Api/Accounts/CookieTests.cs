using System.Net;

namespace ChatApp.Tests.Api.Accounts;

public sealed class CookieTests
{
    private EdgeHost _edge = null!;

    [OneTimeSetUp]
    public async Task Start() => _edge = await EdgeHost.StartAsync(await EdgeStores.NewDatabaseAsync());

    [OneTimeTearDown]
    public async Task Stop() => await _edge.DisposeAsync();

    [Test]
    public async Task Session_cookies_are_out_of_reach_of_scripts_and_of_other_sites()
    {
        using var nobody = _edge.Client();
        var answer = (await nobody.PostAsync("/api/auth/guest", new { cookie = true })).ShouldBe(HttpStatusCode.Created);
        answer.Json["access_token"].ShouldBeNull();
        var cookies = answer.Headers["Set-Cookie"].Split('\n');
        cookies.Length.ShouldBe(2);
        foreach (var cookie in cookies)
        {
            cookie.ShouldContain("httponly");
            cookie.ShouldContain("secure");
            cookie.ShouldContain("samesite=");
        }

        cookies.Single(cookie => cookie.StartsWith("chatapp_refresh", StringComparison.Ordinal)).ShouldContain("path=/api/auth");
    }

    [Test]
    public async Task A_change_by_cookie_needs_the_antiforgery_token_and_a_read_does_not()
    {
        using var nobody = _edge.Client();
        var answer = (await nobody.PostAsync("/api/auth/guest", new { cookie = true })).ShouldBe(HttpStatusCode.Created);
        var session = Cookies(answer);

        using var page = _edge.Client();
        page.Headers.Add("Cookie", session);
        (await page.GetAsync("/api/me")).ShouldBe(HttpStatusCode.OK);
        (await page.PatchAsync("/api/me", new { display_name = "Forged" })).ShouldBe(HttpStatusCode.Forbidden, "antiforgery");
        (await page.PostAsync("/api/auth/sign-out")).ShouldBe(HttpStatusCode.Forbidden, "antiforgery");

        var token = (await page.GetAsync("/api/auth/antiforgery")).ShouldBe(HttpStatusCode.OK);
        using var honest = _edge.Client();
        honest.Headers.Add("Cookie", session + "; " + Cookies(token));
        honest.Headers.Add("X-CSRF-Token", token["token"]);
        (await honest.PatchAsync("/api/me", new { display_name = "Ada" })).ShouldBe(HttpStatusCode.OK)["display_name"].ShouldBe("Ada");

        // Someone else's token does not do.
        var other = (await nobody.PostAsync("/api/auth/guest", new { cookie = true })).ShouldBe(HttpStatusCode.Created);
        using var mixed = _edge.Client();
        mixed.Headers.Add("Cookie", Cookies(other) + "; " + Cookies(token));
        mixed.Headers.Add("X-CSRF-Token", token["token"]);
        (await mixed.PatchAsync("/api/me", new { display_name = "Eve" })).ShouldBe(HttpStatusCode.Forbidden, "antiforgery");
    }

    [Test]
    public async Task A_session_goes_on_by_its_cookie()
    {
        using var nobody = _edge.Client();
        var first = (await nobody.PostAsync("/api/auth/guest", new { cookie = true })).ShouldBe(HttpStatusCode.Created);
        using var page = _edge.Client();
        page.Headers.Add("Cookie", Cookies(first));
        var next = (await page.PostAsync("/api/auth/refresh", new { })).ShouldBe(HttpStatusCode.OK);
        next.Headers["Set-Cookie"].ShouldContain("chatapp_refresh=rt-");
        next.Json["refresh_token"].ShouldBeNull();
    }

    private static string Cookies(EdgeAnswer answer) =>
        string.Join("; ", answer.Headers["Set-Cookie"].Split('\n').Select(cookie => cookie.Split(';')[0]));
}
