using System.Buffers.Text;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ChatApp.Tests.Api.Limits;
using Dapper;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Npgsql;

namespace ChatApp.Tests.Api.Accounts;

public sealed class TokenTests
{
    private string _database = "";
    private EdgeHost _edge = null!;
    private EdgeHost _replica = null!;

    [OneTimeSetUp]
    public async Task Start()
    {
        _database = await EdgeStores.NewDatabaseAsync();
        var both = await Task.WhenAll(EdgeHost.StartAsync(_database), EdgeHost.StartAsync(_database));
        (_edge, _replica) = (both[0], both[1]);
    }

    [OneTimeTearDown]
    public async Task Stop()
    {
        await _edge.DisposeAsync();
        await _replica.DisposeAsync();
    }

    [Test]
    public async Task Replicas_that_start_at_once_share_one_signing_key_and_accept_each_other_s_tokens()
    {
        using var one = _edge.Client();
        using var two = _replica.Client();
        var keys = (await one.GetAsync("/.well-known/jwks.json")).ShouldBe(HttpStatusCode.OK);
        keys.Text.ShouldBe((await two.GetAsync("/.well-known/jwks.json")).Text);
        keys.Json["keys"]!.AsArray().Count.ShouldBe(1);

        using var elsewhere = _replica.Client(await GuestTokenAsync());
        (await elsewhere.GetAsync("/api/me")).ShouldBe(HttpStatusCode.OK);
    }

    [Test]
    public async Task A_token_verifies_with_the_published_keys_and_the_private_half_is_published_nowhere()
    {
        using var nobody = _edge.Client();
        var jwks = (await nobody.GetAsync("/.well-known/jwks.json")).Text;
        jwks.ShouldNotContain("\"d\"");
        var result = await new JsonWebTokenHandler().ValidateTokenAsync(await GuestTokenAsync(), new TokenValidationParameters
        {
            ValidIssuer = "chatapp",
            ValidAudience = "chatapp-api",
            IssuerSigningKeys = new JsonWebKeySet(jwks).GetSigningKeys(),
        });
        result.IsValid.ShouldBeTrue(result.Exception?.Message);
    }

    [Test]
    public async Task A_token_for_another_audience_or_issuer_or_of_no_algorithm_is_refused()
    {
        var token = await GuestTokenAsync();
        var parts = token.Split('.');
        var payload = JsonNode.Parse(Base64Url.DecodeFromChars(parts[1]))!.AsObject();
        var header = JsonNode.Parse(Base64Url.DecodeFromChars(parts[0]))!.AsObject();
        var kid = (string)header["kid"]!;

        using var stranger = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        string[] forged =
        [
            Encode("""{"alg":"none","typ":"JWT"}""") + "." + parts[1] + ".",
            Encode("""{"alg":"HS256","typ":"JWT","kid":"KID"}""".Replace("KID", kid, StringComparison.Ordinal)) + "." + parts[1] + "." + parts[2],
            parts[0] + "." + Change(payload, "sub", Guid.NewGuid().ToString()) + "." + parts[2],
            Signed(stranger, kid, payload),
            parts[0] + "." + parts[1] + "." + parts[2][..^2] + "AA",
        ];

        foreach (var fake in forged)
        {
            using var client = _edge.Client(fake);
            (await client.GetAsync("/api/me")).ShouldBe(HttpStatusCode.Unauthorized, "invalid_token");
        }

        // Signed with the real key, but meant for someone else.
        await using var other = await EdgeHost.StartAsync(_database, new Dictionary<string, string?> { ["Accounts:Audience"] = "another-product" });
        using var guest = other.Client();
        using var misused = _edge.Client((await guest.PostAsync("/api/auth/guest"))["access_token"]);
        (await misused.GetAsync("/api/me")).ShouldBe(HttpStatusCode.Unauthorized, "invalid_token");
    }

    [Test]
    public async Task A_token_expires()
    {
        var clock = new ShiftedClock();
        var database = await EdgeStores.NewDatabaseAsync();
        await using var edge = await EdgeHost.StartAsync(database, configure: builder =>
            Microsoft.Extensions.DependencyInjection.ServiceCollectionServiceExtensions.AddSingleton<TimeProvider>(builder.Services, clock));
        using var nobody = edge.Client();
        using var guest = edge.Client((await nobody.PostAsync("/api/auth/guest"))["access_token"]);
        (await guest.GetAsync("/api/me")).ShouldBe(HttpStatusCode.OK);
        clock.Shift = TimeSpan.FromMinutes(11);
        (await guest.GetAsync("/api/me")).ShouldBe(HttpStatusCode.Unauthorized, "invalid_token");
    }

    [Test]
    public async Task An_aged_key_is_replaced_by_one_replica_and_its_tokens_stay_valid_until_they_expire()
    {
        var clock = new ShiftedClock();
        var database = await EdgeStores.NewDatabaseAsync();
        var settings = new Dictionary<string, string?> { ["Accounts:SigningKeyDays"] = "1", ["Accounts:AccessTokenMinutes"] = "60" };
        await using var old = await EdgeHost.StartAsync(database, settings, Clock);
        using var nobody = old.Client();
        clock.Shift = TimeSpan.FromHours(23.5);
        var token = (await nobody.PostAsync("/api/auth/guest"))["access_token"];

        clock.Shift = TimeSpan.FromHours(24.1);
        var replicas = await Task.WhenAll(EdgeHost.StartAsync(database, settings, Clock), EdgeHost.StartAsync(database, settings, Clock));
        await using var one = replicas[0];
        await using var two = replicas[1];

        using var client = one.Client(token);
        (await client.GetAsync("/api/me")).ShouldBe(HttpStatusCode.OK);
        (await client.GetAsync("/.well-known/jwks.json")).Json["keys"]!.AsArray().Count.ShouldBe(2);
        using var fresh = two.Client((await client.PostAsync("/api/auth/guest"))["access_token"]);
        (await fresh.GetAsync("/api/me")).ShouldBe(HttpStatusCode.OK);

        void Clock(Microsoft.AspNetCore.Builder.WebApplicationBuilder builder) =>
            Microsoft.Extensions.DependencyInjection.ServiceCollectionServiceExtensions.AddSingleton<TimeProvider>(builder.Services, clock);
    }

    [Test]
    public async Task A_copy_of_the_database_does_not_hold_the_private_key()
    {
        await using var connection = new NpgsqlConnection(_database);
        var box = (await connection.QueryAsync<byte[]>("SELECT sealed FROM identity.signing_keys")).Single();
        using var key = ECDsa.Create();
        Should.Throw<CryptographicException>(() => key.ImportPkcs8PrivateKey(box, out _));
        Should.Throw<CryptographicException>(() => key.ImportPkcs8PrivateKey(box.AsSpan(28), out _));
    }

    [Test]
    public async Task A_ban_and_a_demotion_hold_for_tokens_that_were_issued_before()
    {
        var token = await GuestTokenAsync();
        using var client = _edge.Client(token);
        (await client.GetAsync("/api/me")).ShouldBe(HttpStatusCode.OK);
        var id = Guid.ParseExact(((string)(await client.GetAsync("/api/me")).Json["id"]!)["user_".Length..], "N");

        await using var connection = new NpgsqlConnection(_database);
        await connection.ExecuteAsync("UPDATE identity.users SET banned_until = now() + interval '1 hour' WHERE id = @id", new { id });

        (await client.GetAsync("/api/me")).ShouldBe(HttpStatusCode.Forbidden, "account_banned");
    }

    private async Task<string> GuestTokenAsync()
    {
        using var nobody = _edge.Client();
        return (await nobody.PostAsync("/api/auth/guest")).ShouldBe(HttpStatusCode.Created)["access_token"];
    }

    private static string Encode(string json) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json));

    private static string Change(JsonObject payload, string name, string value)
    {
        var changed = payload.DeepClone().AsObject();
        changed[name] = value;
        return Encode(changed.ToJsonString());
    }

    private static string Signed(ECDsa key, string kid, JsonObject payload)
    {
        var text = Encode(JsonSerializer.Serialize(new { alg = "ES256", typ = "JWT", kid })) + "." + Encode(payload.ToJsonString());
        return text + "." + Base64Url.EncodeToString(key.SignData(Encoding.ASCII.GetBytes(text), HashAlgorithmName.SHA256));
    }
}
