using System.Globalization;
using System.Net;
using Dapper;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace ChatApp.Tests.Api.Limits;

/// <summary>Addresses are told apart by a proxy's word here, since everything comes over loopback.</summary>
public sealed class AbuseTests
{
    private static int s_host;

    private string _database = "";

    [OneTimeSetUp]
    public async Task Start() => _database = await EdgeStores.NewDatabaseAsync();

    [Test]
    public async Task An_address_that_asks_too_often_is_refused_and_its_neighbour_is_not()
    {
        await using var edge = await StartAsync(new() { ["Abuse:RequestsPerMinute"] = "5" });
        using var loud = Client(edge);
        using var quiet = Client(edge);
        for (var i = 0; i < 5; i++)
            (await loud.GetAsync("/.well-known/jwks.json")).ShouldBe(HttpStatusCode.OK);
        (await loud.GetAsync("/.well-known/jwks.json")).ShouldBe(HttpStatusCode.TooManyRequests, "address_limited").Headers.ContainsKey("Retry-After").ShouldBeTrue();
        (await quiet.GetAsync("/.well-known/jwks.json")).ShouldBe(HttpStatusCode.OK);
        (await loud.GetAsync("/alive")).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Test]
    public async Task New_guests_and_sign_ins_of_one_address_are_few()
    {
        await using var edge = await StartAsync(new() { ["Abuse:CredentialsPerMinute"] = "3" });
        using var farm = Client(edge);
        for (var i = 0; i < 3; i++)
            (await farm.PostAsync("/api/auth/guest", new { })).ShouldBe(HttpStatusCode.Created);
        (await farm.PostAsync("/api/auth/guest", new { })).ShouldBe(HttpStatusCode.TooManyRequests, "address_limited");
    }

    [Test]
    public async Task A_device_that_asks_too_often_is_refused_from_whichever_address_it_comes()
    {
        await using var edge = await StartAsync(new() { ["Abuse:DeviceRequestsPerMinute"] = "3" });
        var device = Guid.NewGuid().ToString();
        for (var i = 0; i < 4; i++)
        {
            using var moving = Client(edge);
            moving.Headers.Add("X-Device-Id", device);
            (await moving.GetAsync("/.well-known/jwks.json")).Status.ShouldBe(i < 3 ? HttpStatusCode.OK : HttpStatusCode.TooManyRequests);
        }

        using var other = Client(edge);
        other.Headers.Add("X-Device-Id", Guid.NewGuid().ToString());
        (await other.GetAsync("/.well-known/jwks.json")).ShouldBe(HttpStatusCode.OK);
    }

    [Test]
    public async Task Penalties_grow_with_every_round_of_refusals()
    {
        await using var edge = await StartAsync(new() { ["Abuse:RequestsPerMinute"] = "1", ["Abuse:StrikesPerPenalty"] = "2", ["Abuse:FirstPenaltySeconds"] = "100" });
        using var client = Client(edge, out var address);
        (await client.GetAsync("/.well-known/jwks.json")).ShouldBe(HttpStatusCode.OK);
        (await client.GetAsync("/.well-known/jwks.json")).ShouldBe(HttpStatusCode.TooManyRequests, "address_limited");
        (await client.GetAsync("/.well-known/jwks.json")).ShouldBe(HttpStatusCode.TooManyRequests, "address_limited");
        Wait(await client.GetAsync("/.well-known/jwks.json")).ShouldBeInRange(90, 100);

        // As if it had been waited out.
        var redis = edge.App.Services.GetRequiredService<StackExchange.Redis.IConnectionMultiplexer>().GetDatabase();
        await redis.KeyDeleteAsync($"penalty:{{{address}}}");
        (await client.GetAsync("/.well-known/jwks.json")).ShouldBe(HttpStatusCode.TooManyRequests, "address_limited");
        (await client.GetAsync("/.well-known/jwks.json")).ShouldBe(HttpStatusCode.TooManyRequests, "address_limited");
        Wait(await client.GetAsync("/.well-known/jwks.json")).ShouldBeInRange(190, 200);

        static int Wait(EdgeAnswer answer) =>
            int.Parse(answer.ShouldBe(HttpStatusCode.TooManyRequests, "address_penalised").Headers["Retry-After"], CultureInfo.InvariantCulture);
    }

    [Test]
    public async Task A_forwarded_address_is_believed_from_a_known_proxy_only()
    {
        await using var edge = await EdgeHost.StartAsync(_database, new Dictionary<string, string?> { ["Abuse:RequestsPerMinute"] = "3", ["Abuse:TrustedAddresses:0"] = "203.0.113.0/24" });
        using var liar = edge.Client();
        liar.Headers.Add("X-Forwarded-For", "203.0.113.7");
        var answers = new List<EdgeAnswer>();
        for (var i = 0; i < 6; i++)
            answers.Add(await liar.GetAsync("/.well-known/jwks.json"));
        answers.ShouldContain(answer => answer.Status == HttpStatusCode.TooManyRequests);
        await ForgetLoopbackAsync(edge);
    }

    [Test]
    public async Task A_banned_network_is_refused_until_the_ban_is_lifted()
    {
        await using (var connection = new NpgsqlConnection(_database))
        {
            await using (await EdgeHost.StartAsync(_database))
            {
            }

            await connection.ExecuteAsync("INSERT INTO identity.bans (id, kind, value, created_at) VALUES (gen_random_uuid(), 'address', '198.51.100.0/24', now())");
        }

        await using var edge = await StartAsync([]);
        using var banned = edge.Client();
        banned.Headers.Add("X-Forwarded-For", "198.51.100.23");
        (await banned.GetAsync("/.well-known/jwks.json")).ShouldBe(HttpStatusCode.Forbidden, "banned");
        using var mapped = edge.Client();
        mapped.Headers.Add("X-Forwarded-For", "::ffff:198.51.100.23");
        (await mapped.GetAsync("/.well-known/jwks.json")).ShouldBe(HttpStatusCode.Forbidden, "banned");
        using var other = Client(edge);
        (await other.GetAsync("/.well-known/jwks.json")).ShouldBe(HttpStatusCode.OK);
    }

    [Test]
    public async Task After_refusals_a_challenge_has_to_be_passed_before_a_new_session()
    {
        await using var provider = await StartProviderAsync();
        await using var edge = await StartAsync(new()
        {
            ["Abuse:CredentialsPerMinute"] = "2",
            ["Abuse:StrikesPerPenalty"] = "100",
            ["Abuse:Challenge:VerifyAt"] = Address(provider) + "/siteverify",
            ["Abuse:Challenge:Secret"] = "provider-secret",
            ["Abuse:Challenge:SiteKey"] = "site",
            ["Abuse:Challenge:AfterStrikes"] = "1",
        });
        using var client = Client(edge, out var address);
        (await client.GetAsync("/api/auth/challenge")).ShouldBe(HttpStatusCode.OK)["site_key"].ShouldBe("site");
        (await client.PostAsync("/api/auth/guest", new { })).ShouldBe(HttpStatusCode.Created);
        (await client.PostAsync("/api/auth/guest", new { })).ShouldBe(HttpStatusCode.Created);
        (await client.PostAsync("/api/auth/guest", new { })).ShouldBe(HttpStatusCode.TooManyRequests);

        var redis = edge.App.Services.GetRequiredService<StackExchange.Redis.IConnectionMultiplexer>().GetDatabase();
        await redis.KeyDeleteAsync($"ipc:{{{address}}}");
        (await client.PostAsync("/api/auth/guest", new { })).ShouldBe(HttpStatusCode.Forbidden, "challenge_required");
        client.Headers.Add("X-Challenge-Response", "wrong");
        (await client.PostAsync("/api/auth/guest", new { })).ShouldBe(HttpStatusCode.Forbidden, "challenge_required");
        await redis.KeyDeleteAsync($"ipc:{{{address}}}");
        client.Headers.Remove("X-Challenge-Response");
        client.Headers.Add("X-Challenge-Response", "solved");
        (await client.PostAsync("/api/auth/guest", new { })).ShouldBe(HttpStatusCode.Created);
        client.Headers.Remove("X-Challenge-Response");
        (await client.PostAsync("/api/auth/guest", new { })).ShouldBe(HttpStatusCode.Created);
    }

    private Task<EdgeHost> StartAsync(Dictionary<string, string?> settings)
    {
        settings["Edge:KnownProxies:0"] = "127.0.0.1";
        return EdgeHost.StartAsync(_database, settings);
    }

    private static EdgeClient Client(EdgeHost edge) => Client(edge, out _);

    private static EdgeClient Client(EdgeHost edge, out string address)
    {
        // Redis outlives a run where it is not our own: addresses do not come twice.
        address = $"10.{Random.Shared.Next(256)}.{Random.Shared.Next(256)}.{Interlocked.Increment(ref s_host)}";
        var client = edge.Client();
        client.Headers.Add("X-Forwarded-For", address);
        return client;
    }

    private static async Task ForgetLoopbackAsync(EdgeHost edge)
    {
        var redis = edge.App.Services.GetRequiredService<StackExchange.Redis.IConnectionMultiplexer>().GetDatabase();
        await redis.KeyDeleteAsync(["ip:{127.0.0.1}", "ipc:{127.0.0.1}", "strikes:{127.0.0.1}", "penalty:{127.0.0.1}"]);
    }

    private static string Address(WebApplication app) => app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();

    /// <summary>A provider's verification: the form post that Turnstile, hCaptcha and reCAPTCHA share.</summary>
    private static async Task<WebApplication> StartProviderAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        app.MapPost("/siteverify", async (HttpContext context) =>
        {
            var form = await context.Request.ReadFormAsync();
            return Results.Json(new { success = form["secret"] == "provider-secret" && form["response"] == "solved" });
        });
        await app.StartAsync();
        return app;
    }
}
