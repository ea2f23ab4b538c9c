using System.Net;
using System.Security.Cryptography;
using System.Text;
using ChatApp.Api.Errors;
using ChatApp.Api.Ids;
using ChatApp.Api.Limits.Buckets;
using ChatApp.Contracts.OpenAI;
using ChatApp.ServiceDefaults;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace ChatApp.Api.Abuse;

/// <summary>
/// What every request passes before anyone asks who sends it: bans, the limits of its address and device, and penalties
/// that grow with every round of refusals.
/// </summary>
internal sealed class AbuseGuard(TokenBuckets buckets, RedisAvailability redis, BanList bans, ChallengeVerifier challenges, IOptions<AbuseOptions> options)
{
    private const double Minute = 60;

    private static readonly string StrikeScript = RedisScript.Read("Abuse.strike.lua");

    private readonly AbuseOptions _options = options.Value;
    private readonly IPNetwork[] _trusted = [.. options.Value.TrustedAddresses.Select(Proxies.Parse)];

    /// <exception cref="OpenAIException">The address or device is banned, has a penalty, or asks too often.</exception>
    public async Task AdmitAsync(HttpContext context, RouteLimit limit)
    {
        var remote = context.Connection.RemoteIpAddress;
        var device = DeviceId.Of(context.Request);
        if (bans.IsBanned(remote, device))
            throw OpenAIException.Forbidden("This address or device is banned.", "banned");
        if (ClientAddress.IsIn(remote, _trusted))
            return;

        var client = ClientAddress.Of(remote);
        var penalty = redis.TryAsync(async database => new Wait(await database.KeyTimeToLiveAsync(PenaltyKey(client))));
        var answer = await buckets.TakeAsync(Takes(client, limit));
        // A device is counted wherever it comes from, so its bucket may lie on another node than its address's.
        if (answer.Allowed && device is not null)
            answer = await buckets.TakeAsync([new($"dev:{{{device}}}", _options.DeviceRequestsPerMinute, _options.DeviceRequestsPerMinute / Minute, 1)]);
        if ((await penalty)?.For is { } left)
            throw OpenAIException.TooMany("Too many refused requests came from this address; it has to wait.", "address_penalised", left);
        if (!answer.Allowed)
        {
            await StrikeAsync(client);
            throw OpenAIException.TooMany("Too many requests come from this address or device.", "address_limited", answer.RetryAfter, "requests");
        }

        if (limit == RouteLimit.Credentials && challenges.IsConfigured)
            await ChallengeAsync(context, client);
    }

    private List<BucketTake> Takes(string client, RouteLimit limit)
    {
        List<BucketTake> takes = [new($"ip:{{{client}}}", _options.RequestsPerMinute, _options.RequestsPerMinute / Minute, 1)];
        if (limit == RouteLimit.Credentials)
            takes.Add(new($"ipc:{{{client}}}", _options.CredentialsPerMinute, _options.CredentialsPerMinute / Minute, 1));
        return takes;
    }

    private async Task ChallengeAsync(HttpContext context, string client)
    {
        var strikes = await redis.TryAsync(async database => new Count((long?)await database.StringGetAsync(StrikesKey(client)) ?? 0));
        if (strikes is null || strikes.Number < _options.Challenge.AfterStrikes)
            return;
        if (!await challenges.VerifyAsync(context.Request.Headers[ChallengeVerifier.ResponseHeader], client, context.RequestAborted))
        {
            throw new OpenAIException(new OpenAIError(StatusCodes.Status403Forbidden,
                $"Solve the challenge of GET /api/auth/challenge and send its answer as {ChallengeVerifier.ResponseHeader}.",
                OpenAIError.InvalidRequest, Code: "challenge_required"));
        }

        await redis.TryAsync(async database => new Count(await database.KeyDeleteAsync(StrikesKey(client)) ? 1 : 0));
    }

    private Task<Count?> StrikeAsync(string client) => redis.TryAsync(async database => new Count((long)await database.ScriptEvaluateAsync(
        StrikeScript, [StrikesKey(client), PenaltyKey(client)],
        [_options.StrikesPerPenalty, _options.FirstPenaltySeconds * 1000L, _options.LongestPenaltySeconds * 1000L, _options.StrikeMemorySeconds * 1000L])));

    private static RedisKey StrikesKey(string client) => $"strikes:{{{client}}}";

    private static RedisKey PenaltyKey(string client) => $"penalty:{{{client}}}";

    private sealed record Wait(TimeSpan? For);

    private sealed record Count(long Number);
}
