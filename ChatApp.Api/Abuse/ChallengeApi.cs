using Microsoft.Extensions.Options;

namespace ChatApp.Api.Abuse;

/// <summary><c>GET /api/auth/challenge</c>: what a page needs to show the challenge.</summary>
internal static class ChallengeApi
{
    public static IResult Get(IOptions<AbuseOptions> options)
    {
        var challenge = options.Value.Challenge;
        return Results.Json(challenge.VerifyAt is null
            ? new { Provider = (string?)null, SiteKey = (string?)null }
            : new { Provider = (string?)challenge.Provider, SiteKey = (string?)challenge.SiteKey });
    }
}
