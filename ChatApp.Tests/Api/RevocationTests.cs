using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Dapper;
using Npgsql;

namespace ChatApp.Tests.Api;

/// <summary>Streams that are open when what allowed them ends, on another replica than the one that ends it.</summary>
public sealed class RevocationTests
{
    private const string Password = "correct horse battery";
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    private ScriptedOrchestrator _orchestrator = null!;
    private string _database = "";
    private EdgeHost _one = null!;
    private EdgeHost _two = null!;

    [OneTimeSetUp]
    public async Task Start()
    {
        _orchestrator = await ScriptedOrchestrator.StartAsync();
        _orchestrator.Gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _database = await EdgeStores.NewDatabaseAsync();
        // What is remembered of an account must not keep a stream either.
        _one = await StartAsync();
        _two = await StartAsync();
    }

    [OneTimeTearDown]
    public async Task Stop()
    {
        _orchestrator.Gate!.TrySetResult();
        await _one.DisposeAsync();
        await _two.DisposeAsync();
        await _orchestrator.DisposeAsync();
    }

    [TestCase("sign-out")]
    [TestCase("everywhere")]
    [TestCase("other-device")]
    [TestCase("password")]
    [TestCase("replay")]
    [TestCase("deleted")]
    [TestCase("banned")]
    [TestCase("by-administrator")]
    public async Task A_session_that_ends_takes_its_streams_along_on_every_replica(string how)
    {
        var ada = await SignUpAsync();
        var bob = await SignUpAsync();
        var token = ada["access_token"];
        using var changes = await WatchAsync(_two, token);
        using var turn = await AskAsync(_two, token);
        using var others = await WatchAsync(_two, bob["access_token"]);
        var othersRest = others.ReadToEndAsync();

        await EndAsync(how, ada);

        foreach (var stream in (StreamReader[])[changes, turn])
            (await stream.ReadToEndAsync().WaitAsync(s_patience)).ShouldContain("\"code\":\"session_ended\"");
        using var late = _two.Client(token);
        (await late.GetAsync("/api/conversations")).Status.ShouldBeOneOf(HttpStatusCode.Unauthorized, HttpStatusCode.Forbidden);
        othersRest.IsCompleted.ShouldBeFalse();
    }

    [Test]
    public async Task A_key_that_is_revoked_takes_its_answers_along_and_leaves_those_of_the_session()
    {
        var ada = await SignUpAsync();
        using var client = _one.Client(ada["access_token"]);
        var key = (await client.PostAsync("/api/keys", new { })).ShouldBe(HttpStatusCode.Created);
        using var answer = await AskAsync(_two, key["secret"]);
        using var own = await WatchAsync(_two, ada["access_token"]);
        var ownRest = own.ReadToEndAsync();
        using var stateless = Http(_two, key["secret"]);
        var whole = stateless.PostAsync("/v1/chat/completions", Json("""{"model":"scripted","messages":[{"role":"user","content":"hi"}]}"""));
        await Eventually.HoldsAsync(() => !_orchestrator.Bodies.IsEmpty);

        (await client.DeleteAsync($"/api/keys/{key["id"]}")).ShouldBe(HttpStatusCode.NoContent);

        (await answer.ReadToEndAsync().WaitAsync(s_patience)).ShouldContain("\"code\":\"session_ended\"");
        using var refused = await whole.WaitAsync(s_patience);
        (await EdgeAnswer.ReadAsync(refused)).ShouldBe(HttpStatusCode.Unauthorized, "session_ended");
        ownRest.IsCompleted.ShouldBeFalse();
    }

    [Test]
    public async Task Where_no_message_comes_the_database_is_asked()
    {
        await using var alone = await StartAsync(redis: $"127.0.0.1:{FreePort.Next()}");
        var ada = await SignUpAsync();
        using var changes = await WatchAsync(alone, ada["access_token"]);

        await EndAsync("sign-out", ada);

        (await changes.ReadToEndAsync().WaitAsync(s_patience)).ShouldContain("\"code\":\"session_ended\"");
    }

    [Test]
    public async Task A_device_that_is_banned_is_told_nothing_more()
    {
        var ada = await SignUpAsync();
        using var changes = await WatchAsync(_two, ada["access_token"], device: "a-lost-telephone");
        using var others = await WatchAsync(_two, ada["access_token"]);
        var othersRest = others.ReadToEndAsync();
        var name = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData("a-lost-telephone"u8).AsSpan(0, 16));
        using var admin = await AdminAsync();

        (await admin.PostAsync("/api/admin/bans", new { kind = "device", value = name })).ShouldBe(HttpStatusCode.Created);

        (await changes.ReadToEndAsync().WaitAsync(s_patience)).ShouldContain("\"code\":\"session_ended\"");
        othersRest.IsCompleted.ShouldBeFalse();
    }

    private async Task EndAsync(string how, EdgeAnswer session)
    {
        using var client = _one.Client(session["access_token"]);
        using var admin = await AdminAsync();
        var user = session.Json["user"]!;
        switch (how)
        {
            case "sign-out":
                (await client.PostAsync("/api/auth/sign-out")).ShouldBe(HttpStatusCode.NoContent);
                break;
            case "everywhere":
                (await client.PostAsync("/api/auth/sign-out-everywhere")).ShouldBe(HttpStatusCode.NoContent);
                break;
            case "other-device":
                using (var other = _one.Client((await client.PostAsync("/api/auth/sign-in", new { email = (string)user["email"]!, password = Password })).ShouldBe(HttpStatusCode.OK)["access_token"]))
                {
                    var sessions = (await other.GetAsync("/api/me/sessions")).Json["data"]!.AsArray();
                    (await other.DeleteAsync($"/api/me/sessions/{sessions.Single(one => !(bool)one!["current"]!)!["id"]}")).ShouldBe(HttpStatusCode.NoContent);
                }

                break;
            case "password":
                (await client.PostAsync("/api/auth/password", new { present_password = Password, new_password = "another long secret" })).ShouldBe(HttpStatusCode.OK);
                break;
            case "replay":
                (await client.PostAsync("/api/auth/refresh", new { refresh_token = session["refresh_token"] })).ShouldBe(HttpStatusCode.OK);
                (await client.PostAsync("/api/auth/refresh", new { refresh_token = session["refresh_token"] })).ShouldBe(HttpStatusCode.Unauthorized);
                break;
            case "deleted":
                (await client.DeleteAsync("/api/me", new { password = Password })).ShouldBe(HttpStatusCode.NoContent);
                break;
            case "banned":
                (await admin.PatchAsync($"/api/admin/users/{user["id"]}", new { banned_until = DateTimeOffset.UtcNow.AddDays(1) })).ShouldBe(HttpStatusCode.OK);
                break;
            default:
                (await admin.PostAsync($"/api/admin/users/{user["id"]}/sign-out")).ShouldBe(HttpStatusCode.NoContent);
                break;
        }
    }

    private Task<EdgeHost> StartAsync(string? redis = null) => EdgeHost.StartAsync(_database, new Dictionary<string, string?>
    {
        ["services:orchestrator:grpc:0"] = _orchestrator.Address,
        ["ConnectionStrings:redis"] = redis ?? EdgeStores.Redis,
        ["Accounts:DirectoryCacheMilliseconds"] = "60000",
    });

    private async Task<EdgeAnswer> SignUpAsync()
    {
        using var nobody = _one.Client();
        return (await nobody.PostAsync("/api/auth/sign-up", new { email = $"{Guid.NewGuid():N}@example.org", password = Password })).ShouldBe(HttpStatusCode.Created);
    }

    private async Task<EdgeClient> AdminAsync()
    {
        var admin = await SignUpAsync();
        await using var connection = new NpgsqlConnection(_database);
        await connection.ExecuteAsync("UPDATE identity.users SET role = 'admin' WHERE email = @email", new { email = (string)admin.Json["user"]!["email"]! });
        return _one.Client(admin["access_token"]);
    }

    private static async Task<StreamReader> WatchAsync(EdgeHost edge, string token, string? device = null)
    {
        var http = Http(edge, token);
        if (device is not null)
            http.DefaultRequestHeaders.Add("X-Device-Id", device);
        var stream = new StreamReader(await http.GetStreamAsync("/api/conversations/changes"));
        (await stream.ReadLineAsync()).ShouldBe("event: everything");
        return stream;
    }

    /// <summary>A turn that has begun and goes on.</summary>
    private static async Task<StreamReader> AskAsync(EdgeHost edge, string token)
    {
        var http = Http(edge, token);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/turns") { Content = Json("""{"model":"scripted","content":"hi"}""") };
        var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        return new StreamReader(await response.Content.ReadAsStreamAsync());
    }

    private static HttpClient Http(EdgeHost edge, string token) =>
        new() { BaseAddress = edge.Address, DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", token) } };

    private static StringContent Json(string text) => new(text, Encoding.UTF8, "application/json");
}
