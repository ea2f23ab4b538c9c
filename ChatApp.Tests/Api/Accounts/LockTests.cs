using System.Net;

namespace ChatApp.Tests.Api.Accounts;

/// <summary>Wrong passwords make whoever gives them wait, and nobody else.</summary>
public sealed class LockTests
{
    private const string Password = "correct horse battery";

    private EdgeHost _edge = null!;

    [OneTimeSetUp]
    public async Task Start() => _edge = await EdgeHost.StartAsync(await EdgeStores.NewDatabaseAsync(), new Dictionary<string, string?>
    {
        ["Edge:KnownProxies:0"] = "127.0.0.1",
        ["Accounts:FreeAddressFailures"] = "15",
        ["Accounts:LongestLockoutSeconds"] = "86400",
    });

    [OneTimeTearDown]
    public async Task Stop() => await _edge.DisposeAsync();

    [Test]
    public async Task Guesses_from_one_place_lock_nobody_out_elsewhere()
    {
        using var ada = From("203.0.113.1");
        (await ada.PostAsync("/api/auth/sign-up", new { email = "ada@example.org", password = Password })).ShouldBe(HttpStatusCode.Created);
        using var eve = From("203.0.113.66");
        await GuessAsync(eve, "ada@example.org");

        (await SignInAsync(eve, "ada@example.org")).ShouldBe(HttpStatusCode.TooManyRequests, "sign_in_locked");
        (await SignInAsync(ada, "ada@example.org")).ShouldBe(HttpStatusCode.OK);
        using var traveller = From("203.0.113.2");
        (await SignInAsync(traveller, "ada@example.org")).ShouldBe(HttpStatusCode.OK);
    }

    [Test]
    public async Task Guesses_from_everywhere_lock_out_none_of_the_owner_s_devices_and_no_note_opens_another_account()
    {
        using var bob = From("203.0.113.1");
        var up = (await bob.PostAsync("/api/auth/sign-up", new { email = "bob@example.org", password = Password })).ShouldBe(HttpStatusCode.Created);
        using var carl = From("203.0.113.1");
        carl.Headers.Add("X-Known-Device", (await carl.PostAsync("/api/auth/sign-up", new { email = "carl@example.org", password = Password })).ShouldBe(HttpStatusCode.Created)["device_token"]);
        for (var i = 0; i < 5; i++)
        {
            using var bot = From($"203.0.113.{100 + i}");
            await GuessAsync(bot, "bob@example.org");
        }

        (await SignInAsync(bob, "bob@example.org")).ShouldBe(HttpStatusCode.TooManyRequests, "sign_in_locked");
        (await SignInAsync(carl, "bob@example.org")).ShouldBe(HttpStatusCode.TooManyRequests, "sign_in_locked");
        bob.Headers.Add("X-Known-Device", up["device_token"]);
        var known = (await SignInAsync(bob, "bob@example.org")).ShouldBe(HttpStatusCode.OK);
        known["device_token"].ShouldBe(up["device_token"]);

        // Known is not let guess either.
        await GuessAsync(bob, "bob@example.org");
        (await SignInAsync(bob, "bob@example.org")).ShouldBe(HttpStatusCode.TooManyRequests, "sign_in_locked");
    }

    [Test]
    public async Task A_page_of_the_edge_s_own_site_has_its_note_in_a_cookie_that_only_sign_in_sees()
    {
        using var client = From("203.0.113.9");
        var up = (await client.PostAsync("/api/auth/sign-up", new { email = "dora@example.org", password = Password, cookie = true })).ShouldBe(HttpStatusCode.Created);
        up.Json.AsObject().ContainsKey("device_token").ShouldBeFalse();
        var cookie = up.Headers["Set-Cookie"].Split('\n').Single(line => line.StartsWith("chatapp_device=", StringComparison.Ordinal));
        cookie.ShouldContain("path=/api/auth; secure; samesite=strict; httponly");
        await GuessAsync(client, "dora@example.org");
        (await SignInAsync(client, "dora@example.org")).ShouldBe(HttpStatusCode.TooManyRequests);

        client.Headers.Add("Cookie", cookie.Split(';')[0]);
        (await SignInAsync(client, "dora@example.org")).ShouldBe(HttpStatusCode.OK);
    }

    private static async Task GuessAsync(EdgeClient client, string email)
    {
        for (var i = 0; i < 5; i++)
            (await client.PostAsync("/api/auth/sign-in", new { email, password = $"guess number {i}" })).Status.ShouldBeOneOf(HttpStatusCode.Unauthorized, HttpStatusCode.TooManyRequests);
    }

    private static Task<EdgeAnswer> SignInAsync(EdgeClient client, string email) => client.PostAsync("/api/auth/sign-in", new { email, password = Password });

    private EdgeClient From(string address)
    {
        var client = _edge.Client();
        client.Headers.Add("X-Forwarded-For", address);
        client.Headers.Add("X-Forwarded-Proto", "https");
        return client;
    }
}
