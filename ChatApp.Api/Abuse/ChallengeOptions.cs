namespace ChatApp.Api.Abuse;

/// <summary>
/// A challenge that tells people from programs. Turnstile, hCaptcha and reCAPTCHA all verify by the same form post, so
/// one hook serves them: which it is, is the address.
/// </summary>
public sealed record ChallengeOptions
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
