using System.ComponentModel.DataAnnotations;

namespace ChatApp.Api.Abuse;

/// <summary>Limits per address and per device, from the section <c>Abuse</c>.</summary>
internal sealed record AbuseOptions
{
    public const string Section = "Abuse";

    /// <summary>Requests of one address (of one /64 network for IPv6), whoever sends them.</summary>
    [Range(1, 1_000_000)]
    public int RequestsPerMinute { get; init; } = 1200;

    /// <summary>Sign-ins, sign-ups, refreshes and new guests of one address.</summary>
    [Range(1, 1_000_000)]
    public int CredentialsPerMinute { get; init; } = 30;

    /// <summary>Requests of one device, as its <c>X-Device-Id</c> names it.</summary>
    [Range(1, 1_000_000)]
    public int DeviceRequestsPerMinute { get; init; } = 600;

    /// <summary>So many refusals bring a penalty, and so many more one twice as long.</summary>
    [Range(1, 10_000)]
    public int StrikesPerPenalty { get; init; } = 20;

    [Range(1, 86_400)]
    public int FirstPenaltySeconds { get; init; } = 30;

    [Range(1, 604_800)]
    public int LongestPenaltySeconds { get; init; } = 3600;

    /// <summary>After so long without a refusal an address starts anew, in seconds.</summary>
    [Range(1, 604_800)]
    public int StrikeMemorySeconds { get; init; } = 3600;

    /// <summary>Addresses and networks that these limits do not count.</summary>
    public string[] TrustedAddresses { get; init; } = [];

    public ChallengeOptions Challenge { get; init; } = new();
}

/// <summary>
/// A challenge that tells people from programs. Turnstile, hCaptcha and reCAPTCHA all verify by the same form post, so
/// one hook serves them: which it is, is the address.
/// </summary>
internal sealed record ChallengeOptions
{
    /// <summary>Where answers are verified, such as <c>https://challenges.cloudflare.com/turnstile/v0/siteverify</c>; absent: no challenges.</summary>
    public Uri? VerifyAt { get; init; }

    /// <summary>The provider's name, for the page that shows the challenge.</summary>
    public string Provider { get; init; } = "turnstile";

    public string SiteKey { get; init; } = "";

    public string Secret { get; init; } = "";

    /// <summary>Refusals after which an address has to pass a challenge before it gets an account or a session.</summary>
    public int AfterStrikes { get; init; } = 5;
}
