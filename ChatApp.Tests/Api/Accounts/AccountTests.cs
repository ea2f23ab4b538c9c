using System.Globalization;
using System.Net;
using ChatApp.Tests.Api.Limits;
using Dapper;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace ChatApp.Tests.Api.Accounts;

public sealed class AccountTests
{
    private const string Password = "correct horse battery";

    private string _database = "";
    private EdgeHost _edge = null!;
    private EdgeClient _nobody = null!;

    [OneTimeSetUp]
    public async Task Start()
    {
        _database = await EdgeStores.NewDatabaseAsync();
        _edge = await EdgeHost.StartAsync(_database, new Dictionary<string, string?> { ["Abuse:CredentialsPerMinute"] = "100000" });
        _nobody = _edge.Client();
    }

    [OneTimeTearDown]
    public async Task Stop()
    {
        _nobody.Dispose();
        await _edge.DisposeAsync();
    }

    [Test]
    public async Task Someone_who_signs_up_is_signed_in_and_can_sign_in_again()
    {
        var up = (await SignUpAsync("ada@example.org")).ShouldBe(HttpStatusCode.Created);
        ((string)up.Json["user"]!["role"]!).ShouldBe("user");
        using var ada = _edge.Client(up["access_token"]);
        (await ada.GetAsync("/api/me")).ShouldBe(HttpStatusCode.OK)["email"].ShouldBe("ada@example.org");

        (await SignInAsync(" ADA@example.org ", Password)).ShouldBe(HttpStatusCode.OK);
        up.Headers["Cache-Control"].ShouldBe("no-store");
    }

    [Test]
    public async Task A_taken_address_is_refused_whatever_its_case()
    {
        (await SignUpAsync("taken@example.org")).ShouldBe(HttpStatusCode.Created);
        (await _nobody.PostAsync("/api/auth/sign-up", new { email = "Taken@Example.org", password = "another password" })).ShouldBe(HttpStatusCode.Unauthorized, "wrong_credentials");
    }

    [TestCase("not an address", Password)]
    [TestCase("a@b", Password)]
    [TestCase("x@example.org\r\nBcc: y@example.org", Password)]
    [TestCase("short@example.org", "short")]
    [TestCase("repeat@example.org", "aaaaaaaaaaaaaaa")]
    [TestCase("empty@example.org", "")]
    public async Task A_bad_address_or_a_weak_password_is_refused(string email, string password) =>
        (await _nobody.PostAsync("/api/auth/sign-up", new { email, password })).ShouldBe(HttpStatusCode.BadRequest);

    [Test]
    public async Task Fields_that_nobody_may_set_are_refused_by_name()
    {
        var answer = await _nobody.PostAsync("/api/auth/sign-up", new { email = "mass@example.org", password = Password, role = "admin", plan = "unlimited" });
        answer.ShouldBe(HttpStatusCode.BadRequest);
        (await SignInAsync("mass@example.org", Password)).ShouldBe(HttpStatusCode.Unauthorized);

        using var eve = await NewAccountAsync();
        (await eve.PatchAsync("/api/me", new { display_name = "Eve", role = "admin" })).ShouldBe(HttpStatusCode.BadRequest);
        (await eve.PatchAsync("/api/me", new { display_name = "Eve" })).ShouldBe(HttpStatusCode.OK)["role"].ShouldBe("user");
    }

    [Test]
    public async Task A_wrong_password_and_an_unknown_address_get_the_same_answer()
    {
        (await SignUpAsync("known@example.org")).ShouldBe(HttpStatusCode.Created);

        var wrong = (await SignInAsync("known@example.org", "not the password")).ShouldBe(HttpStatusCode.Unauthorized);
        var unknown = (await SignInAsync("unknown@example.org", "not the password")).ShouldBe(HttpStatusCode.Unauthorized);

        Strip(wrong).ShouldBe(Strip(unknown));

        static string Strip(EdgeAnswer answer)
        {
            var json = answer.Json.AsObject();
            json.Remove("trace_id");
            return json.ToJsonString();
        }
    }

    [Test]
    public async Task An_empty_password_signs_nobody_in()
    {
        (await SignUpAsync("empty-password@example.org")).ShouldBe(HttpStatusCode.Created);
        (await SignInAsync("empty-password@example.org", "")).ShouldBe(HttpStatusCode.Unauthorized);
        (await _nobody.PostAsync("/api/auth/sign-in", new { email = "empty-password@example.org" })).ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Test]
    public async Task A_wrong_password_and_an_unknown_address_take_the_same_work()
    {
        var hasher = new CountingHasher();
        await using var edge = await EdgeHost.StartAsync(_database, configure: builder => builder.Services.AddSingleton<IPasswordHasher<object>>(hasher));
        using var nobody = edge.Client();
        (await nobody.PostAsync("/api/auth/sign-up", new { email = "worked@example.org", password = Password })).ShouldBe(HttpStatusCode.Created);
        // What an unknown address is compared with is made at the first of them.
        await nobody.PostAsync("/api/auth/sign-in", new { email = "unknown-first@example.org", password = "not the password" });
        foreach (var email in (string[])["worked@example.org", "unknown-next@example.org"])
        {
            hasher.Verified.Clear();
            (await nobody.PostAsync("/api/auth/sign-in", new { email, password = "not the password" })).ShouldBe(HttpStatusCode.Unauthorized);
            hasher.Verified.ShouldHaveSingleItem().ShouldBe("not the password", email);
        }
    }

    [Test]
    public async Task A_sign_in_that_a_change_of_the_password_overtakes_opens_nothing()
    {
        var hasher = new CountingHasher();
        await using var edge = await EdgeHost.StartAsync(_database, configure: builder => builder.Services.AddSingleton<IPasswordHasher<object>>(hasher));
        using var nobody = edge.Client();
        var account = new { email = "overtaken@example.org", password = Password };
        (await nobody.PostAsync("/api/auth/sign-up", account)).ShouldBe(HttpStatusCode.Created);
        hasher.Meanwhile = () => SqlAsync("UPDATE identity.users SET security_version = security_version + 1 WHERE email = 'overtaken@example.org'").GetAwaiter().GetResult();

        (await nobody.PostAsync("/api/auth/sign-in", account)).ShouldBe(HttpStatusCode.Unauthorized, "account_changed");

        hasher.Meanwhile = () => { };
        (await nobody.PostAsync("/api/auth/sign-in", account)).ShouldBe(HttpStatusCode.OK);
    }

    [Test]
    public async Task Wrong_passwords_make_an_address_wait_longer_and_longer_known_or_not()
    {
        var clock = new StoppedClock();
        await using var edge = await EdgeHost.StartAsync(
            _database, new Dictionary<string, string?> { ["Accounts:LongestLockoutSeconds"] = "5" }, builder => builder.Services.AddSingleton<TimeProvider>(clock));
        using var nobody = edge.Client();
        (await nobody.PostAsync("/api/auth/sign-up", new { email = "locked@example.org", password = Password })).ShouldBe(HttpStatusCode.Created);
        foreach (var email in (string[])["locked@example.org", "nobody-there@example.org"])
        {
            for (var i = 0; i < 4; i++)
                (await TryAsync("not the password")).ShouldBe(HttpStatusCode.Unauthorized);
            foreach (var wait in (int[])[1, 2, 4, 5, 5])
            {
                (await TryAsync("not the password")).ShouldBe(HttpStatusCode.Unauthorized);
                Wait((await TryAsync(Password)).ShouldBe(HttpStatusCode.TooManyRequests, "sign_in_locked")).ShouldBe(wait);
                clock.Now += TimeSpan.FromSeconds(wait);
            }

            Task<EdgeAnswer> TryAsync(string password) => nobody.PostAsync("/api/auth/sign-in", new { email, password });
        }

        (await nobody.PostAsync("/api/auth/sign-in", new { email = "locked@example.org", password = Password })).ShouldBe(HttpStatusCode.OK);
    }

    [Test]
    public async Task Guesses_sent_at_once_get_no_more_tries_than_guesses_in_a_row()
    {
        (await SignUpAsync("parallel@example.org")).ShouldBe(HttpStatusCode.Created);
        var answers = await Task.WhenAll(Enumerable.Range(0, 30).Select(i => SignInAsync("parallel@example.org", $"guess number {i}")));
        answers.Count(answer => answer.Status == HttpStatusCode.Unauthorized).ShouldBeLessThanOrEqualTo(6);
        answers.ShouldContain(answer => answer.Status == HttpStatusCode.TooManyRequests);
    }

    [Test]
    public async Task A_refresh_token_works_once_and_its_replay_ends_the_session()
    {
        var first = (await SignUpAsync("rotate@example.org")).ShouldBe(HttpStatusCode.Created);
        var second = (await RefreshAsync(first["refresh_token"])).ShouldBe(HttpStatusCode.OK);
        using var session = _edge.Client(second["access_token"]);
        (await session.GetAsync("/api/me")).ShouldBe(HttpStatusCode.OK);

        (await RefreshAsync(first["refresh_token"])).ShouldBe(HttpStatusCode.Unauthorized, "refresh_token_replayed");

        (await RefreshAsync(second["refresh_token"])).ShouldBe(HttpStatusCode.Unauthorized);
        (await session.GetAsync("/api/me")).ShouldBe(HttpStatusCode.Unauthorized, "session_ended");
        (await ScalarAsync<long>("SELECT count(*) FROM identity.audit_log WHERE action = 'session.refresh_replayed'")).ShouldBeGreaterThan(0);
    }

    [Test]
    public async Task Of_two_refreshes_at_once_one_at_most_wins()
    {
        var first = (await SignUpAsync("twice@example.org")).ShouldBe(HttpStatusCode.Created);
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => RefreshAsync(first["refresh_token"])));
        answers.Count(answer => answer.Status == HttpStatusCode.OK).ShouldBe(1);
    }

    [TestCase("")]
    [TestCase("rt-")]
    [TestCase("rt-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [TestCase("sk-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public async Task A_made_up_refresh_token_is_refused(string token) =>
        (await RefreshAsync(token)).ShouldBe(HttpStatusCode.Unauthorized, "invalid_refresh_token");

    [Test]
    public async Task Signing_out_everywhere_ends_every_session_and_every_access_token()
    {
        var here = (await SignUpAsync("everywhere@example.org")).ShouldBe(HttpStatusCode.Created);
        var there = (await SignInAsync("everywhere@example.org", Password)).ShouldBe(HttpStatusCode.OK);
        using var client = _edge.Client(here["access_token"]);
        ((await client.GetAsync("/api/me/sessions")).Json["data"]!.AsArray().Count).ShouldBe(2);

        (await client.PostAsync("/api/auth/sign-out-everywhere")).ShouldBe(HttpStatusCode.NoContent);

        foreach (var tokens in (EdgeAnswer[])[here, there])
        {
            using var old = _edge.Client(tokens["access_token"]);
            (await old.GetAsync("/api/me")).ShouldBe(HttpStatusCode.Unauthorized, "session_ended");
            (await RefreshAsync(tokens["refresh_token"])).ShouldBe(HttpStatusCode.Unauthorized);
        }
    }

    [Test]
    public async Task Signing_out_ends_one_session_and_leaves_the_other()
    {
        var here = (await SignUpAsync("one-of-two@example.org")).ShouldBe(HttpStatusCode.Created);
        var there = (await SignInAsync("one-of-two@example.org", Password)).ShouldBe(HttpStatusCode.OK);
        using var client = _edge.Client(here["access_token"]);
        (await client.PostAsync("/api/auth/sign-out")).ShouldBe(HttpStatusCode.NoContent);
        (await client.GetAsync("/api/me")).ShouldBe(HttpStatusCode.Unauthorized);
        using var other = _edge.Client(there["access_token"]);
        (await other.GetAsync("/api/me")).ShouldBe(HttpStatusCode.OK);
    }

    [Test]
    public async Task A_new_password_ends_every_session_and_the_old_one_works_no_more()
    {
        var here = (await SignUpAsync("change@example.org")).ShouldBe(HttpStatusCode.Created);
        using var client = _edge.Client(here["access_token"]);
        (await client.PostAsync("/api/auth/password", new { present_password = "wrong", new_password = "another long secret" })).ShouldBe(HttpStatusCode.Forbidden, "wrong_credentials");

        var changed = (await client.PostAsync("/api/auth/password", new { present_password = Password, new_password = "another long secret" })).ShouldBe(HttpStatusCode.OK);

        (await client.GetAsync("/api/me")).ShouldBe(HttpStatusCode.Unauthorized);
        using var next = _edge.Client(changed["access_token"]);
        (await next.GetAsync("/api/me")).ShouldBe(HttpStatusCode.OK);
        (await SignInAsync("change@example.org", Password)).ShouldBe(HttpStatusCode.Unauthorized);
        (await SignInAsync("change@example.org", "another long secret")).ShouldBe(HttpStatusCode.OK);
    }

    [Test]
    public async Task A_guest_who_signs_up_keeps_their_id()
    {
        var guest = (await _nobody.PostAsync("/api/auth/guest")).ShouldBe(HttpStatusCode.Created);
        ((string)guest.Json["user"]!["kind"]!).ShouldBe("guest");
        using var client = _edge.Client(guest["access_token"]);

        var up = (await client.PostAsync("/api/auth/sign-up", new { email = "was-guest@example.org", password = Password })).ShouldBe(HttpStatusCode.Created);

        ((string)up.Json["user"]!["id"]!).ShouldBe((string)guest.Json["user"]!["id"]!);
        ((string)up.Json["user"]!["kind"]!).ShouldBe("account");
        ((string)up.Json["user"]!["plan"]!).ShouldBe("free");
        (await client.GetAsync("/api/me")).ShouldBe(HttpStatusCode.OK)["kind"].ShouldBe("account");
    }

    [Test]
    public async Task A_guest_cannot_take_over_an_address_and_stays_a_guest()
    {
        (await SignUpAsync("owner@example.org")).ShouldBe(HttpStatusCode.Created);
        var guest = (await _nobody.PostAsync("/api/auth/guest", new { })).ShouldBe(HttpStatusCode.Created);
        using var client = _edge.Client(guest["access_token"]);
        (await client.PostAsync("/api/auth/sign-up", new { email = "owner@example.org", password = "another password" })).ShouldBe(HttpStatusCode.Unauthorized);
        (await client.GetAsync("/api/me")).ShouldBe(HttpStatusCode.OK)["kind"].ShouldBe("guest");
        (await SignInAsync("owner@example.org", Password)).ShouldBe(HttpStatusCode.OK);
    }

    [Test]
    public async Task A_guest_whose_session_has_ended_is_removed_with_what_they_made()
    {
        await using var orchestrator = await ScriptedOrchestrator.StartAsync();
        await using var edge = await EdgeHost.StartAsync(_database, new Dictionary<string, string?> { ["services:orchestrator:grpc:0"] = orchestrator.Address, ["Accounts:SweepSeconds"] = "1" });
        var (gone, here) = (await IdOfAsync(_nobody.PostAsync("/api/auth/guest")), await IdOfAsync(_nobody.PostAsync("/api/auth/guest")));
        var member = await IdOfAsync(SignUpAsync("away@example.org"));
        await using var connection = new NpgsqlConnection(_database);
        await connection.ExecuteAsync("""
            UPDATE identity.users SET created_at = created_at - interval '2 hours' WHERE id = ANY(@all);
            UPDATE identity.sessions SET expires_at = now() - interval '1 minute' WHERE user_id IN (@gone, @member)
            """, new { all = new[] { gone, here, member }, gone, member });

        await Eventually.HoldsAsync(() => connection.ExecuteScalarAsync<bool>("SELECT deleted_at IS NOT NULL FROM identity.users WHERE id = @gone", new { gone }));

        (await connection.QueryAsync<Guid>("SELECT id FROM identity.users WHERE id = ANY(@all) AND deleted_at IS NULL", new { all = new[] { gone, here, member } }))
            .ShouldBe([here, member], ignoreOrder: true);
        orchestrator.Emptied.ShouldBe([(gone.ToString(), "guest")]);

        static async Task<Guid> IdOfAsync(Task<EdgeAnswer> answer) => Guid.Parse(((string)(await answer).ShouldBe(HttpStatusCode.Created).Json["user"]!["id"]!)["user_".Length..]);
    }

    [Test]
    public async Task Without_a_credential_production_serves_nobody()
    {
        (await _nobody.GetAsync("/api/conversations")).ShouldBe(HttpStatusCode.Unauthorized, "unauthenticated");
        (await _nobody.PostAsync("/v1/chat/completions", new { messages = new[] { new { role = "user", content = "hi" } } }))
            .ShouldBe(HttpStatusCode.Unauthorized, "unauthenticated").Headers.ShouldContainKey("WWW-Authenticate");
    }

    [Test]
    public async Task The_audit_log_can_only_grow()
    {
        (await SignUpAsync("audited@example.org")).ShouldBe(HttpStatusCode.Created);
        foreach (var sql in (string[])["UPDATE identity.audit_log SET action = 'x'", "DELETE FROM identity.audit_log", "TRUNCATE identity.audit_log"])
            (await Should.ThrowAsync<PostgresException>(() => SqlAsync(sql))).MessageText.ShouldContain("append-only");
    }

    [Test]
    public async Task Passwords_and_tokens_are_nowhere_in_the_database()
    {
        var up = (await SignUpAsync("secrets@example.org")).ShouldBe(HttpStatusCode.Created);
        using var client = _edge.Client(up["access_token"]);
        var key = (await client.PostAsync("/api/keys", new { name = "one" })).ShouldBe(HttpStatusCode.Created);
        await using var connection = new NpgsqlConnection(_database);
        var tables = await connection.QueryAsync<string>("SELECT table_name FROM information_schema.tables WHERE table_schema = 'identity'");
        foreach (var table in tables)
        {
            var text = string.Join('\n', await connection.QueryAsync<string>($"SELECT t::text FROM identity.{table} t"));
            text.ShouldNotContain(Password);
            text.ShouldNotContain(up["refresh_token"]);
            text.ShouldNotContain(key["secret"]);
        }
    }

    private static int Wait(EdgeAnswer answer) => int.Parse(answer.Headers["Retry-After"], CultureInfo.InvariantCulture);

    private Task<EdgeAnswer> SignUpAsync(string email) => _nobody.PostAsync("/api/auth/sign-up", new { email, password = Password });

    private Task<EdgeAnswer> SignInAsync(string email, string password) => _nobody.PostAsync("/api/auth/sign-in", new { email, password });

    private Task<EdgeAnswer> RefreshAsync(string token) => _nobody.PostAsync("/api/auth/refresh", new { refresh_token = token });

    private async Task<EdgeClient> NewAccountAsync() =>
        _edge.Client((await SignUpAsync($"{Guid.NewGuid():N}@example.org")).ShouldBe(HttpStatusCode.Created)["access_token"]);

    private async Task SqlAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(_database);
        await connection.ExecuteAsync(sql);
    }

    private async Task<T> ScalarAsync<T>(string sql)
    {
        await using var connection = new NpgsqlConnection(_database);
        return (await connection.ExecuteScalarAsync<T>(sql))!;
    }
}
