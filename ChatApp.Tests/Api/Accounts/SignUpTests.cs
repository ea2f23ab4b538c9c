using System.Net;
using System.Text.Json.Nodes;
using ChatApp.Api.Accounts;
using Dapper;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace ChatApp.Tests.Api.Accounts;

/// <summary>Who may make an account of what, and what comes along.</summary>
public sealed class SignUpTests
{
    private const string Password = "correct horse battery";

    private ScriptedOrchestrator _orchestrator = null!;
    private string _database = "";
    private EdgeHost _edge = null!;

    [OneTimeSetUp]
    public async Task Start()
    {
        _orchestrator = await ScriptedOrchestrator.StartAsync();
        _database = await EdgeStores.NewDatabaseAsync();
        _edge = await EdgeHost.StartAsync(_database, new Dictionary<string, string?> { ["Edge:KnownProxies:0"] = "127.0.0.1" });
    }

    [OneTimeTearDown]
    public async Task Stop()
    {
        await _edge.DisposeAsync();
        await _orchestrator.DisposeAsync();
    }

    [Test]
    public async Task Whoever_has_an_account_already_is_signed_in_to_it_by_their_password_and_told_what_to_do_by_another()
    {
        using var client = From("198.51.100.1");
        var first = (await SignUpAsync(client, "twice@example.org")).ShouldBe(HttpStatusCode.Created);
        var again = (await SignUpAsync(client, "twice@example.org")).ShouldBe(HttpStatusCode.Created);
        ((string)again.Json["user"]!["id"]!).ShouldBe((string)first.Json["user"]!["id"]!);

        (await SignUpAsync(client, "twice@example.org", "quite another one")).ShouldBe(HttpStatusCode.Unauthorized, "wrong_credentials")["detail"].ShouldContain("sign in with its password");
    }

    [Test]
    public async Task Whether_an_address_has_an_account_makes_no_difference_in_work()
    {
        var hasher = new CountingHasher();
        await using var edge = await EdgeHost.StartAsync(_database, configure: builder => builder.Services.AddSingleton<IPasswordHasher<object>>(hasher));
        using var client = edge.Client();
        await SignUpAsync(client, "hashed@example.org");
        var work = new List<(int, int)>();
        foreach (var email in (string[])["hashed@example.org", "hashed-not@example.org"])
        {
            hasher.Verified.Clear();
            var hashed = hasher.Hashed;
            await SignUpAsync(client, email, "quite another one");
            work.Add((hasher.Verified.Count, hasher.Hashed - hashed));
        }

        work.ShouldBe([(1, 1), (1, 1)]);
    }

    [Test]
    public async Task Whoever_tries_out_which_addresses_have_accounts_has_to_wait_for_those_that_have_none_too()
    {
        using var client = From("198.51.100.2");
        for (var i = 0; i < 6; i++)
            (await SignUpAsync(client, $"there{i}@example.org")).ShouldBe(HttpStatusCode.Created);
        using var eve = From("198.51.100.3");
        for (var i = 0; i < 5; i++)
            (await SignUpAsync(eve, $"there{i}@example.org", "quite another one")).ShouldBe(HttpStatusCode.Unauthorized);

        var taken = await SignUpAsync(eve, "there5@example.org", "quite another one");
        var free = await SignUpAsync(eve, "nobody-here@example.org", "quite another one");

        taken.ShouldBe(HttpStatusCode.TooManyRequests, "sign_in_locked");
        free.ShouldBe(HttpStatusCode.TooManyRequests, "sign_in_locked")["detail"].ShouldBe(taken["detail"]);
    }

    [TestCase("\u0430da@example.org", Description = "a Cyrillic a")]
    [TestCase("\uff41da@example.org", Description = "a full-width a")]
    [TestCase("ad\u0061\u0301@example.org", Description = "an accent of its own")]
    public async Task An_address_that_only_looks_like_another_is_refused(string email)
    {
        using var client = From("198.51.100.4");
        (await SignUpAsync(client, email)).ShouldBe(HttpStatusCode.BadRequest, "invalid_email");
    }

    [Test]
    public async Task A_domain_of_other_letters_shows_that_it_is_another()
    {
        using var client = From("198.51.100.4");
        var up = (await SignUpAsync(client, "ada@ex\u0430mple.org")).ShouldBe(HttpStatusCode.Created);
        ((string)up.Json["user"]!["email"]!).ShouldStartWith("ada@xn--");
        (await client.PostAsync("/api/auth/sign-in", new { email = "ADA@EX\u0410MPLE.org", password = Password })).ShouldBe(HttpStatusCode.OK);
    }

    [TestCase("password12", "a word that is tried first")]
    [TestCase("P@ssw0rd2024!", "a word that is tried first")]
    [TestCase("iloveyou2019", "a year")]
    [TestCase("qwertyuiop12", "a row of keys")]
    [TestCase("monkeydragon1", "a word that is tried first")]
    [TestCase("1234567890", "a row of keys")]
    [TestCase("abcabcabcabc", "again and again")]
    [TestCase("babbage1234", "the e-mail address")]
    [TestCase("passwordpassword", "a word that is tried first")]
    public async Task A_password_that_is_guessed_first_is_refused_and_why(string password, string why)
    {
        using var client = From("198.51.100.5");
        (await SignUpAsync(client, "ada.babbage@example.org", password)).ShouldBe(HttpStatusCode.BadRequest, "weak_password")["detail"].ShouldContain(why);
    }

    [TestCase("correct horse battery")]
    [TestCase("keeper of all that is tested 29")]
    [TestCase("xk9#mQ2$vL")]
    [TestCase("8391047265")]
    [TestCase("ein langer satz")]
    public void A_password_that_takes_many_tries_is_taken(string password) => PasswordStrength.WeaknessOf(password, "ada@example.org").ShouldBeNull();

    [Test]
    public async Task A_new_password_says_how_many_keys_go_on_and_ends_them_when_asked()
    {
        using var client = From("198.51.100.6");
        using var ada = _edge.Client((await SignUpAsync(client, "keys@example.org"))["access_token"]);
        using var key = _edge.Client((await ada.PostAsync("/api/keys", new { })).ShouldBe(HttpStatusCode.Created)["secret"]);

        var kept = (await ada.PostAsync("/api/auth/password", new { present_password = Password, new_password = "another long sentence" })).ShouldBe(HttpStatusCode.OK);
        ((int)kept.Json["keys_kept"]!).ShouldBe(1);
        (await key.GetAsync("/v1/models")).ShouldBe(HttpStatusCode.ServiceUnavailable);

        using var still = _edge.Client(kept["access_token"]);
        var ended = (await still.PostAsync("/api/auth/password", new { present_password = "another long sentence", new_password = Password, revoke_keys = true })).ShouldBe(HttpStatusCode.OK);
        ((int)ended.Json["keys_kept"]!).ShouldBe(0);
        (await key.GetAsync("/v1/models")).ShouldBe(HttpStatusCode.Unauthorized, "invalid_api_key");
    }

    [TestCase("AdminPassword", "password12")]
    [TestCase("AdminEmail", "\u0430da@example.org")]
    public async Task A_setting_of_the_administrator_that_is_not_accepted_ends_the_start_by_name(string setting, string value)
    {
        var settings = new Dictionary<string, string?> { ["Accounts:AdminEmail"] = "root@example.org", ["Accounts:AdminPassword"] = Password, [$"Accounts:{setting}"] = value };
        var refused = await Should.ThrowAsync<InvalidOperationException>(async () => await EdgeHost.StartAsync(_database, settings));
        refused.Message.ShouldStartWith($"Accounts:{setting} is not accepted: ");
        refused.Message.ShouldNotContain(value);
    }

    [Test]
    public async Task Nobody_becomes_an_administrator_without_having_been_asked()
    {
        await using var edge = await EdgeHost.StartAsync(await EdgeStores.NewDatabaseAsync(), new Dictionary<string, string?> { ["Accounts:FirstUserIsAdmin"] = "true" });
        using var client = edge.Client();
        ((bool)(await client.GetAsync("/api/auth/sign-up")).ShouldBe(HttpStatusCode.OK).Json["first_account"]!).ShouldBeTrue();
        var first = (await SignUpAsync(client, "first@example.org")).ShouldBe(HttpStatusCode.Created);
        ((string)first.Json["user"]!["role"]!).ShouldBe("user");
        ((bool)first.Json["first_account"]!).ShouldBeTrue();

        ((bool)(await client.GetAsync("/api/auth/sign-up")).Json["first_account"]!).ShouldBeFalse();
        var second = (await client.PostAsync("/api/auth/sign-up", new { email = "second@example.org", password = Password, administrator = true })).ShouldBe(HttpStatusCode.Created);
        ((string)second.Json["user"]!["role"]!).ShouldBe("user");
        second.Json.AsObject().ContainsKey("first_account").ShouldBeFalse();
    }

    [Test]
    public async Task Who_signs_up_on_their_own_machine_keeps_what_they_made_there_before()
    {
        await using var edge = await StartLocalAsync("Loopback");
        using var local = edge.Client();
        using var key = edge.Client((await local.PostAsync("/api/keys", new { })).ShouldBe(HttpStatusCode.Created)["secret"]);
        var id = IdOf(await local.GetAsync("/api/me"));

        var up = (await SignUpAsync(local, "laptop@example.org")).ShouldBe(HttpStatusCode.Created);

        _orchestrator.Adopted.ShouldContain((id, IdOf(up.Json["user"]!)));
        ((string)up.Json["user"]!["plan"]!).ShouldBe("pro");
        using var account = edge.Client(up["access_token"]);
        (await account.GetAsync("/api/keys")).Json["data"]!.AsArray().Count.ShouldBe(1);
        (await account.GetAsync("/api/usage")).ShouldBe(HttpStatusCode.OK);
        (await key.GetAsync("/v1/models")).ShouldBe(HttpStatusCode.OK);
        // The local user is still there, with nothing; what they make then is not taken by somebody who only signs in.
        (await local.GetAsync("/api/me")).ShouldBe(HttpStatusCode.OK)["kind"].ShouldBe("local");
        (await local.GetAsync("/api/keys")).Json["data"]!.AsArray().ShouldBeEmpty();
        _orchestrator.Adopted.Clear();
        (await local.PostAsync("/api/auth/sign-in", new { email = "laptop@example.org", password = Password })).ShouldBe(HttpStatusCode.OK);
        _orchestrator.Adopted.ShouldBeEmpty();
    }

    [Test]
    public async Task What_many_made_as_one_user_is_nobody_s_to_take()
    {
        _orchestrator.Adopted.Clear();
        await using var edge = await StartLocalAsync("Everyone");
        using var anyone = edge.Client();
        (await anyone.PostAsync("/api/keys", new { })).ShouldBe(HttpStatusCode.Created);

        var up = (await SignUpAsync(anyone, "anyone@example.org")).ShouldBe(HttpStatusCode.Created);

        ((string)up.Json["user"]!["plan"]!).ShouldBe("free");
        _orchestrator.Adopted.ShouldBeEmpty();
        (await anyone.GetAsync("/api/keys")).Json["data"]!.AsArray().Count.ShouldBe(1);
    }

    [Test]
    public async Task A_sign_up_whose_things_cannot_come_along_now_makes_nothing_and_works_a_moment_later()
    {
        await using var edge = await StartLocalAsync("Loopback");
        using var local = edge.Client();
        _orchestrator.IsWriting = true;
        try
        {
            (await SignUpAsync(local, "hasty@example.org")).ShouldBe(HttpStatusCode.Conflict);
        }
        finally
        {
            _orchestrator.IsWriting = false;
        }

        _orchestrator.Adopted.Clear();
        (await SignUpAsync(local, "hasty@example.org")).ShouldBe(HttpStatusCode.Created);
        _orchestrator.Adopted.Count.ShouldBe(1);
    }

    private async Task<EdgeHost> StartLocalAsync(string anonymous) => await EdgeHost.StartAsync(await EdgeStores.NewDatabaseAsync(), new Dictionary<string, string?>
    {
        ["services:orchestrator:grpc:0"] = _orchestrator.Address,
        ["Accounts:Anonymous"] = anonymous,
        ["Accounts:AnonymousPlan"] = "pro",
    }, environment: "Development");

    private EdgeClient From(string address)
    {
        var client = _edge.Client();
        client.Headers.Add("X-Forwarded-For", address);
        client.Headers.Add("X-Forwarded-Proto", "https");
        return client;
    }

    private static string IdOf(EdgeAnswer me) => IdOf(me.Json);

    private static string IdOf(JsonNode user) => Guid.Parse(((string)user["id"]!)["user_".Length..]).ToString();

    private static Task<EdgeAnswer> SignUpAsync(EdgeClient client, string email, string password = Password) =>
        client.PostAsync("/api/auth/sign-up", new { email, password });
}
