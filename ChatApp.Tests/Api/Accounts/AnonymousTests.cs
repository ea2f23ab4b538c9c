using System.Net;

namespace ChatApp.Tests.Api.Accounts;

public sealed class AnonymousTests
{
    [Test]
    public async Task A_product_tried_out_on_a_laptop_needs_no_credential_and_takes_a_placeholder_for_one()
    {
        var settings = new Dictionary<string, string?> { ["Accounts:Anonymous"] = "Loopback", ["Accounts:AnonymousPlan"] = "unlimited" };
        await using var edge = await EdgeHost.StartAsync(await EdgeStores.NewDatabaseAsync(), settings, environment: "Development");
        using var nobody = edge.Client();
        (await nobody.GetAsync("/api/me")).ShouldBe(HttpStatusCode.OK)["kind"].ShouldBe("local");
        using var placeholder = edge.Client("not-needed");
        (await placeholder.GetAsync("/api/me")).ShouldBe(HttpStatusCode.OK);

        // What looks like a credential is checked all the same.
        using var wrong = edge.Client("sk-wrong");
        (await wrong.GetAsync("/v1/models")).ShouldBe(HttpStatusCode.Unauthorized, "invalid_api_key");
        (await nobody.GetAsync("/v1/models")).ShouldBe(HttpStatusCode.ServiceUnavailable);
    }

    [Test]
    public async Task A_name_made_to_resolve_to_this_machine_is_not_this_machine()
    {
        var settings = new Dictionary<string, string?> { ["Accounts:Anonymous"] = "Loopback" };
        await using var edge = await EdgeHost.StartAsync(await EdgeStores.NewDatabaseAsync(), settings, environment: "Development");
        using var browser = edge.Client();

        foreach (var own in new[] { "localhost:8080", "127.0.0.1", "[::1]:8080", "chat.localhost" })
        {
            browser.Headers.Host = own;
            (await browser.GetAsync("/api/me")).Status.ShouldBe(HttpStatusCode.OK, own);
        }

        browser.Headers.Host = "192.168.1.5:8080";
        (await browser.GetAsync("/api/me")).ShouldBe(HttpStatusCode.Unauthorized);
        foreach (var other in new[] { "evil.example:8080", "localhost.evil.example" })
        {
            browser.Headers.Host = other;
            (await browser.GetAsync("/api/me")).Status.ShouldBe(HttpStatusCode.BadRequest, other);
        }
    }

    [Test]
    public async Task The_local_user_ends_where_sign_in_begins()
    {
        var database = await EdgeStores.NewDatabaseAsync();
        string secret;
        await using (var open = await EdgeHost.StartAsync(database, new Dictionary<string, string?> { ["Accounts:Anonymous"] = "Everyone" }))
        {
            using var nobody = open.Client();
            secret = (await nobody.PostAsync("/api/keys", new { })).ShouldBe(HttpStatusCode.Created)["secret"];
        }

        await using var closed = await EdgeHost.StartAsync(database);
        using var key = closed.Client(secret);
        (await key.GetAsync("/v1/models")).ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Test]
    public async Task Of_many_who_sign_up_at_once_one_becomes_the_first_administrator()
    {
        var database = await EdgeStores.NewDatabaseAsync();
        var settings = new Dictionary<string, string?> { ["Accounts:FirstUserIsAdmin"] = "true", ["Abuse:CredentialsPerMinute"] = "100000" };
        await using var one = await EdgeHost.StartAsync(database, settings);
        await using var two = await EdgeHost.StartAsync(database, settings);
        using var a = one.Client();
        using var b = two.Client();

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(i =>
            (i % 2 == 0 ? a : b).PostAsync("/api/auth/sign-up", new { email = $"user{i}@example.org", password = "correct horse battery", administrator = true })));

        answers.Count(answer => (string)answer.ShouldBe(HttpStatusCode.Created).Json["user"]!["role"]! == "admin").ShouldBe(1);
    }

    [Test]
    public async Task The_configured_administrator_is_there_from_the_start_and_nobody_else_is_one()
    {
        var settings = new Dictionary<string, string?> { ["Accounts:AdminEmail"] = "root@example.org", ["Accounts:AdminPassword"] = "a long and secret word" };
        var database = await EdgeStores.NewDatabaseAsync();
        await using (await EdgeHost.StartAsync(database, settings))
        {
        }

        await using var edge = await EdgeHost.StartAsync(database, settings);
        using var nobody = edge.Client();
        ((string)(await nobody.PostAsync("/api/auth/sign-up", new { email = "ada@example.org", password = "correct horse battery" })).Json["user"]!["role"]!).ShouldBe("user");
        var admin = await nobody.PostAsync("/api/auth/sign-in", new { email = "root@example.org", password = "a long and secret word" });
        ((string)admin.ShouldBe(HttpStatusCode.OK).Json["user"]!["role"]!).ShouldBe("admin");
    }

    [Test]
    public async Task Half_an_administrator_stops_the_start_and_names_the_settings()
    {
        var settings = new Dictionary<string, string?> { ["Accounts:AdminEmail"] = "root@example.org" };
        var database = await EdgeStores.NewDatabaseAsync();
        (await Should.ThrowAsync<InvalidOperationException>(async () => await EdgeHost.StartAsync(database, settings))).Message.ShouldContain("Accounts:AdminPassword");
    }
}
