using System.Net;

namespace ChatApp.Tests.Api;

public sealed class AdminTests
{
    private const string Password = "a long and secret word";

    private ScriptedOrchestrator _orchestrator = null!;
    private EdgeHost _edge = null!;
    private EdgeHost _replica = null!;
    private EdgeClient _admin = null!;
    private string _adminId = "";

    [OneTimeSetUp]
    public async Task Start()
    {
        _orchestrator = await ScriptedOrchestrator.StartAsync();
        var settings = new Dictionary<string, string?>
        {
            ["Accounts:AdminEmail"] = "root@example.org",
            ["Accounts:AdminPassword"] = Password,
            ["services:orchestrator:grpc:0"] = _orchestrator.Address,
        };
        var database = await EdgeStores.NewDatabaseAsync();
        _edge = await EdgeHost.StartAsync(database, settings);
        _replica = await EdgeHost.StartAsync(database, settings);
        using var nobody = _edge.Client();
        var answer = (await nobody.PostAsync("/api/auth/sign-in", new { email = "root@example.org", password = Password })).ShouldBe(HttpStatusCode.OK);
        _admin = _edge.Client(answer["access_token"]);
        _adminId = (string)answer.Json["user"]!["id"]!;
    }

    [OneTimeTearDown]
    public async Task Stop()
    {
        _admin.Dispose();
        await _edge.DisposeAsync();
        await _replica.DisposeAsync();
        await _orchestrator.DisposeAsync();
    }

    [Test]
    public async Task A_ban_holds_at_once_on_every_replica_and_can_be_lifted()
    {
        var (user, id) = await UserAsync();
        using var there = _replica.Client(user.Headers.Authorization!.Parameter);
        (await _admin.PatchAsync($"/api/admin/users/{id}", new { banned_until = DateTimeOffset.UtcNow.AddHours(1) })).ShouldBe(HttpStatusCode.OK);
        (await user.GetAsync("/api/me")).ShouldBe(HttpStatusCode.Forbidden, "account_banned");
        (await there.GetAsync("/api/me")).ShouldBe(HttpStatusCode.Forbidden, "account_banned");
        (await _admin.PatchAsync($"/api/admin/users/{id}", new { unban = true })).ShouldBe(HttpStatusCode.OK);
        (await there.GetAsync("/api/me")).ShouldBe(HttpStatusCode.OK);
        user.Dispose();
    }

    [Test]
    public async Task A_demotion_takes_an_administrator_s_rights_from_tokens_already_issued()
    {
        var (user, id) = await UserAsync();
        (await user.GetAsync("/api/admin/users")).ShouldBe(HttpStatusCode.Forbidden, "admin_required");
        (await _admin.PatchAsync($"/api/admin/users/{id}", new { role = "admin" })).ShouldBe(HttpStatusCode.OK);
        (await user.GetAsync("/api/admin/users")).ShouldBe(HttpStatusCode.OK);
        (await _admin.PatchAsync($"/api/admin/users/{id}", new { role = "user" })).ShouldBe(HttpStatusCode.OK);
        (await user.GetAsync("/api/admin/users")).ShouldBe(HttpStatusCode.Forbidden, "admin_required");
        user.Dispose();
    }

    [Test]
    public async Task An_administrator_s_API_key_does_not_administer()
    {
        using var key = _edge.Client((await _admin.PostAsync("/api/keys", new { })).ShouldBe(HttpStatusCode.Created)["secret"]);
        (await key.GetAsync("/api/admin/users")).ShouldBe(HttpStatusCode.Forbidden, "session_required");
    }

    [Test]
    public async Task A_plan_is_one_that_exists_and_nobody_locks_themselves_out()
    {
        var (user, id) = await UserAsync();
        (await _admin.PatchAsync($"/api/admin/users/{id}", new { plan = "platinum" })).ShouldBe(HttpStatusCode.BadRequest);
        (await _admin.PatchAsync($"/api/admin/users/{id}", new { plan = "plus" })).ShouldBe(HttpStatusCode.OK)["plan"].ShouldBe("plus");
        (await _admin.PatchAsync($"/api/admin/users/{_adminId}", new { role = "user" })).ShouldBe(HttpStatusCode.Conflict, "own_account");
        (await _admin.GetAsync("/api/admin/users/user_00000000000000000000000000000000")).ShouldBe(HttpStatusCode.NotFound);
        user.Dispose();
    }

    [Test]
    public async Task Every_act_is_in_the_audit_log_with_who_did_it_to_whom()
    {
        var (user, id) = await UserAsync();
        (await _admin.PatchAsync($"/api/admin/users/{id}", new { plan = "pro" })).ShouldBe(HttpStatusCode.OK);
        var ban = (await _admin.PostAsync("/api/admin/bans", new { kind = "address", value = "192.0.2.0/24", reason = "test" })).ShouldBe(HttpStatusCode.Created);
        (await _admin.DeleteAsync($"/api/admin/bans/{ban["id"]}")).ShouldBe(HttpStatusCode.NoContent);
        (await _admin.PostAsync($"/api/admin/users/{id}/sign-out")).ShouldBe(HttpStatusCode.NoContent);
        (await user.GetAsync("/api/me")).ShouldBe(HttpStatusCode.Unauthorized);

        var log = (await _admin.GetAsync($"/api/admin/audit?subject={id}")).ShouldBe(HttpStatusCode.OK).Json["data"]!.AsArray();
        var actions = log.Select(entry => (string)entry!["action"]!).ToArray();
        actions.ShouldBe(["admin.user_signed_out", "admin.user_changed", "session.opened", "account.signed_up"], ignoreOrder: true);
        Guid.Parse((string)log.First(entry => (string)entry!["action"]! == "admin.user_changed")!["actor_id"]!).ToString("N").ShouldBe(_adminId["user_".Length..]);
        var all = (await _admin.GetAsync("/api/admin/audit")).Text;
        all.ShouldContain("admin.ban_added");
        all.ShouldContain("admin.ban_removed");
        all.ShouldNotContain("@example.org");
        user.Dispose();
    }

    [Test]
    public async Task A_banned_device_is_refused_whoever_uses_it()
    {
        var device = Guid.NewGuid().ToString();
        using var laptop = _edge.Client();
        laptop.Headers.Add("X-Device-Id", device);
        var up = (await laptop.PostAsync("/api/auth/sign-up", new { email = $"{Guid.NewGuid():N}@example.org", password = "correct horse battery" })).ShouldBe(HttpStatusCode.Created);
        var log = (await _admin.GetAsync($"/api/admin/audit?subject={up.Json["user"]!["id"]}")).Json["data"]!.AsArray();
        var name = (string)log.Single(entry => (string)entry!["action"]! == "session.opened")!["details"]!["device"]!;
        name.ShouldNotContain(device);

        var ban = (await _admin.PostAsync("/api/admin/bans", new { kind = "device", value = name })).ShouldBe(HttpStatusCode.Created);
        (await laptop.GetAsync("/.well-known/jwks.json")).ShouldBe(HttpStatusCode.Forbidden, "banned");
        using var phone = _edge.Client(up["access_token"]);
        (await phone.GetAsync("/api/me")).ShouldBe(HttpStatusCode.OK);
        (await _admin.DeleteAsync($"/api/admin/bans/{ban["id"]}")).ShouldBe(HttpStatusCode.NoContent);
        (await laptop.GetAsync("/.well-known/jwks.json")).ShouldBe(HttpStatusCode.OK);
    }

    [Test]
    public async Task Plans_usage_and_bans_are_shown()
    {
        (await _admin.GetAsync("/api/admin/plans")).ShouldBe(HttpStatusCode.OK).Json["data"]!["free"]!["requests_per_minute"]!.GetValue<int>().ShouldBe(20);
        var (user, id) = await UserAsync();
        (await user.PostAsync("/api/turns", new { content = "hi" })).ShouldBe(HttpStatusCode.OK);
        (await _admin.GetAsync($"/api/admin/users/{id}/usage")).ShouldBe(HttpStatusCode.OK).Json["total"]!["output_tokens"]!.GetValue<int>().ShouldBe(7);
        (await _admin.GetAsync("/api/usage")).ShouldBe(HttpStatusCode.OK).Json["data"]!.AsArray().Count.ShouldBe(0);
        var everyone = (await _admin.GetAsync("/api/admin/usage")).ShouldBe(HttpStatusCode.OK).Json["data"]!.AsArray();
        everyone.Single(row => (string)row!["purpose"]! == "turn")!["output_tokens"]!.GetValue<int>().ShouldBe(7);
        user.Dispose();
        (await _admin.PostAsync("/api/admin/bans", new { kind = "address", value = "not an address" })).ShouldBe(HttpStatusCode.BadRequest);
        (await _admin.GetAsync("/api/admin/users?q=root")).ShouldBe(HttpStatusCode.OK).Text.ShouldContain("root@example.org");
        // Wildcards are looked for, not obeyed.
        (await _admin.GetAsync("/api/admin/users?q=%25")).ShouldBe(HttpStatusCode.OK).Json["data"]!.AsArray().Count.ShouldBe(0);
    }

    private async Task<(EdgeClient Client, string Id)> UserAsync()
    {
        using var nobody = _edge.Client();
        var up = (await nobody.PostAsync("/api/auth/sign-up", new { email = $"{Guid.NewGuid():N}@example.org", password = "correct horse battery" })).ShouldBe(HttpStatusCode.Created);
        return (_edge.Client(up["access_token"]), (string)up.Json["user"]!["id"]!);
    }
}
