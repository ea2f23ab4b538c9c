using System.Diagnostics.CodeAnalysis;
using System.Text;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace ChatApp.Contracts.Identity;

/// <summary>Signs and verifies the caller's identity for calls between services: a JWT of HMAC-SHA256.</summary>
/// <remarks>Both sides share the key of the setting <c>Internal:IdentityKey</c>, 32 bytes of UTF-8 or more.</remarks>
public sealed class CallerIdentitySigner
{
    /// <summary>The setting that holds the shared key.</summary>
    public const string KeySetting = "Internal:IdentityKey";

    private const string RoleClaim = "role";
    private const string PlanClaim = "plan";
    private const int MinimumKeyBytes = 32;

    private readonly JsonWebTokenHandler _tokens = new() { SetDefaultTimesOnTokenCreation = false, MapInboundClaims = false, MaximumTokenSizeInBytes = 4096 };
    private readonly SigningCredentials _signing;
    private readonly TokenValidationParameters _validation;
    private readonly TimeProvider _time;

    /// <exception cref="ArgumentException">The key is shorter than 32 bytes.</exception>
    public CallerIdentitySigner(string key, TimeProvider time)
    {
        var bytes = Encoding.UTF8.GetBytes(key ?? "");
        if (bytes.Length < MinimumKeyBytes)
        {
            throw new ArgumentException(
                $"Setting '{KeySetting}' is {(bytes.Length == 0 ? "missing" : "too short")}: give at least {MinimumKeyBytes} random bytes, the same value to the api and the orchestrator.",
                nameof(key));
        }

        _time = time;
        _signing = new SigningCredentials(new SymmetricSecurityKey(bytes), SecurityAlgorithms.HmacSha256);
        _validation = new TokenValidationParameters
        {
            IssuerSigningKey = _signing.Key,
            ValidAlgorithms = [SecurityAlgorithms.HmacSha256],
            // Whoever has the key is one of the services, and speaks to the other.
            ValidateIssuer = false,
            ValidateAudience = false,
            LifetimeValidator = (_, expires, _, _) => expires > _time.GetUtcNow().UtcDateTime,
        };
    }

    /// <summary>The header's value for an identity.</summary>
    public string Sign(CallerIdentity identity)
    {
        var claims = new Dictionary<string, object> { [JwtRegisteredClaimNames.Sub] = identity.Subject, [RoleClaim] = identity.Role, [PlanClaim] = identity.Plan };
        if (identity.Name is { } name)
            claims[JwtRegisteredClaimNames.Name] = name;
        return _tokens.CreateToken(new SecurityTokenDescriptor
        {
            Claims = claims,
            Expires = DateTimeOffset.FromUnixTimeSeconds(identity.ExpiresAtUnixSeconds).UtcDateTime,
            SigningCredentials = _signing,
        });
    }

    /// <summary>An identity that expires after <paramref name="lifetime"/>, signed.</summary>
    public string Sign(string subject, string role, string plan, TimeSpan lifetime, string? name = null) =>
        Sign(new CallerIdentity(subject, role, plan, _time.GetUtcNow().Add(lifetime).ToUnixTimeSeconds(), name));

    /// <summary>Reads a header; false with the reason when it is malformed, forged or expired.</summary>
    public bool TryVerify(
        string? header,
        [NotNullWhen(true)] out CallerIdentity? identity,
        [NotNullWhen(false)] out string? reason)
    {
        identity = null;
        if (string.IsNullOrEmpty(header))
        {
            reason = $"The call carries no '{CallerIdentity.HeaderName}' metadata.";
            return false;
        }

        // The key is at hand, so that nothing is waited for.
        var result = _tokens.ValidateTokenAsync(header, _validation).GetAwaiter().GetResult();
        if (!result.IsValid)
        {
            reason = result.Exception switch
            {
                SecurityTokenInvalidLifetimeException or SecurityTokenNoExpirationException => "The caller's identity has expired.",
                SecurityTokenInvalidSignatureException or SecurityTokenInvalidAlgorithmException => "The caller's identity is not signed by this graph's key.",
                _ => "The caller's identity is malformed.",
            };
            return false;
        }

        var token = (JsonWebToken)result.SecurityToken;
        if (string.IsNullOrEmpty(token.Subject) || Claim(token, RoleClaim) is not { } role || Claim(token, PlanClaim) is not { } plan)
        {
            reason = "The caller's identity names no subject.";
            return false;
        }

        identity = new CallerIdentity(token.Subject, role, plan, new DateTimeOffset(token.ValidTo, TimeSpan.Zero).ToUnixTimeSeconds(), Claim(token, JwtRegisteredClaimNames.Name));
        reason = null;
        return true;
    }

    private static string? Claim(JsonWebToken token, string name) => token.TryGetPayloadValue<string>(name, out var value) ? value : null;
}
