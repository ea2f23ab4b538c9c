using System.Net;
using Dapper;
using Npgsql;

namespace ChatApp.Tests.Api.Accounts;

public sealed class ApiKeyTests
{
    private string _database = "";
    private EdgeHost _edge = null!;
    private EdgeClient _ada = null!;
    private EdgeClient _bob = null!;

    [OneTimeSetUp]
    public async Task Start()
    {
        _database = await EdgeStores.NewDatabaseAsync();
        _edge = await EdgeHost.StartAsync(_database);
        _ada = await AccountAsync("ada@example.org");
        _bob = await AccountAsync("bob@example.org");
    }

    [OneTimeTearDown]
    public async Task Stop()
    {
        _ada.Dispose();
        _bob.Dispose();
        await _edge.DisposeAsync();
    }

    [Test]
    public async Task A_key_is_shown_once_and_serves_until_it_is_revoked()
    {
        var made = (await _ada.PostAsync("/api/keys", new { name = "laptop" })).ShouldBe(HttpStatusCode.Created);
        made["secret"].ShouldStartWith("sk-");
        (await _ada.GetAsync("/api/keys")).Text.ShouldNotContain(made["secret"]);

        using var key = _edge.Client(made["secret"]);
        // The orchestrator is away here: what matters is that the gate let the key through.
        (await key.GetAsync("/v1/models")).ShouldBe(HttpStatusCode.ServiceUnavailable);
        (await ScalarAsync<DateTime?>("SELECT max(last_used_at) FROM identity.api_keys")).ShouldNotBeNull();

        (await _ada.DeleteAsync($"/api/keys/{made["id"]}")).ShouldBe(HttpStatusCode.NoContent);
        (await key.GetAsync("/v1/models")).ShouldBe(HttpStatusCode.Unauthorized, "invalid_api_key");
    }

    [Test]
    public async Task A_key_does_what_its_scopes_say_and_nothing_else()
    {
        var made = (await _ada.PostAsync("/api/keys", new { scopes = new[] { "models" } })).ShouldBe(HttpStatusCode.Created);
        using var key = _edge.Client(made["secret"]);
        (await key.GetAsync("/v1/models")).ShouldBe(HttpStatusCode.ServiceUnavailable);
        (await key.PostAsync("/v1/chat/completions", new { })).ShouldBe(HttpStatusCode.Forbidden, "missing_scope");
        (await key.PostAsync("/v1/embeddings", new { })).ShouldBe(HttpStatusCode.Forbidden, "missing_scope");
        (await key.GetAsync("/api/conversations")).ShouldBe(HttpStatusCode.Forbidden, "missing_scope");
    }

    [Test]
    public async Task A_key_manages_neither_keys_nor_the_account()
    {
        var made = (await _ada.PostAsync("/api/keys", new { })).ShouldBe(HttpStatusCode.Created);
        using var key = _edge.Client(made["secret"]);
        (await key.GetAsync("/api/keys")).ShouldBe(HttpStatusCode.Forbidden, "session_required");
        (await key.PostAsync("/api/keys", new { })).ShouldBe(HttpStatusCode.Forbidden, "session_required");
        (await key.GetAsync("/api/me")).ShouldBe(HttpStatusCode.Forbidden, "session_required");
        (await key.PostAsync("/api/auth/password", new { })).ShouldBe(HttpStatusCode.Forbidden, "session_required");
    }

    [TestCase("X-Api-Key")]
    [TestCase("Api-Key")]
    [TestCase("X-Authorization")]
    [TestCase("X-Goog-Api-Key")]
    public async Task No_other_header_carries_a_credential(string header)
    {
        var made = (await _ada.PostAsync("/api/keys", new { })).ShouldBe(HttpStatusCode.Created);
        using var nobody = _edge.Client();
        nobody.Headers.Add(header, made["secret"]);
        (await nobody.GetAsync($"/v1/models?api_key={made["secret"]}&access_token={made["secret"]}")).ShouldBe(HttpStatusCode.Unauthorized, "unauthenticated");
    }

    [Test]
    public async Task The_identity_header_of_calls_inside_the_graph_means_nothing_at_the_edge()
    {
        using var nobody = _edge.Client();
        var signer = new ChatApp.Contracts.Identity.CallerIdentitySigner(EdgeHost.IdentityKey, TimeProvider.System);
        nobody.Headers.Add("x-chatapp-identity", signer.Sign(Guid.NewGuid().ToString(), "admin", "unlimited", TimeSpan.FromMinutes(1)));
        (await nobody.GetAsync("/api/conversations")).ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Test]
    public async Task Someone_else_s_key_or_session_is_not_found()
    {
        var key = (await _ada.PostAsync("/api/keys", new { })).ShouldBe(HttpStatusCode.Created);
        var session = (string)(await _ada.GetAsync("/api/me/sessions")).Json["data"]![0]!["id"]!;

        (await _bob.DeleteAsync($"/api/keys/{key["id"]}")).ShouldBe(HttpStatusCode.NotFound);
        (await _bob.DeleteAsync($"/api/me/sessions/{session}")).ShouldBe(HttpStatusCode.NotFound);
        (await _bob.GetAsync("/api/keys")).Text.ShouldNotContain(key["id"]);

        using var still = _edge.Client(key["secret"]);
        (await still.GetAsync("/v1/models")).ShouldBe(HttpStatusCode.ServiceUnavailable);
    }

    [Test]
    public async Task An_owner_named_in_the_body_is_refused()
    {
        (await _bob.PostAsync("/api/keys", new { name = "x", user_id = Guid.NewGuid() })).ShouldBe(HttpStatusCode.BadRequest);
        (await _bob.PostAsync("/api/keys", new { scopes = new[] { "admin" } })).ShouldBe(HttpStatusCode.BadRequest);
        (await _bob.PostAsync("/api/keys", new { expires_at = "2001-01-01T00:00:00Z" })).ShouldBe(HttpStatusCode.BadRequest);
    }

    [Test]
    public async Task An_expired_key_serves_no_more()
    {
        var made = (await _ada.PostAsync("/api/keys", new { expires_at = DateTimeOffset.UtcNow.AddHours(1) })).ShouldBe(HttpStatusCode.Created);
        using var key = _edge.Client(made["secret"]);
        (await key.GetAsync("/v1/models")).ShouldBe(HttpStatusCode.ServiceUnavailable);
        await using (var connection = new NpgsqlConnection(_database))
            await connection.ExecuteAsync("UPDATE identity.api_keys SET expires_at = now() - interval '1 second' WHERE expires_at IS NOT NULL");
        (await key.GetAsync("/v1/models")).ShouldBe(HttpStatusCode.Unauthorized, "invalid_api_key");
    }

    [Test]
    public async Task Guests_have_no_keys()
    {
        using var nobody = _edge.Client();
        using var guest = _edge.Client((await nobody.PostAsync("/api/auth/guest"))["access_token"]);
        (await guest.PostAsync("/api/keys", new { })).ShouldBe(HttpStatusCode.Forbidden, "account_required");
    }

    private async Task<EdgeClient> AccountAsync(string email)
    {
        using var nobody = _edge.Client();
        return _edge.Client((await nobody.PostAsync("/api/auth/sign-up", new { email, password = "correct horse battery" })).ShouldBe(HttpStatusCode.Created)["access_token"]);
    }

    private async Task<T?> ScalarAsync<T>(string sql)
    {
        await using var connection = new NpgsqlConnection(_database);
        return await connection.ExecuteScalarAsync<T>(sql);
    }
}
