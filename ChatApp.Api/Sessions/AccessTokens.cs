using System.Globalization;
using System.Security.Claims;
using ChatApp.Api.Accounts;
using ChatApp.Api.SigningKeys;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace ChatApp.Api.Sessions;

/// <summary>Issues access tokens: who and in which session, and nothing that may change before they expire.</summary>
internal sealed class AccessTokens(SigningKeyRing keys, IOptions<AccountsOptions> options, TimeProvider time)
{
    /// <summary>The session; OpenID Connect's name for it.</summary>
    public const string SessionClaim = "sid";

    /// <summary>The user's security version at the time of issue.</summary>
    public const string VersionClaim = "ver";

    private readonly JsonWebTokenHandler _handler = new() { SetDefaultTimesOnTokenCreation = false };

    public TimeSpan Lifetime { get; } = TimeSpan.FromMinutes(options.Value.AccessTokenMinutes);

    public string Issue(Account account, Guid session)
    {
        var now = time.GetUtcNow();
        return _handler.CreateToken(new SecurityTokenDescriptor
        {
            Issuer = options.Value.Issuer,
            Audience = options.Value.Audience,
            IssuedAt = now.UtcDateTime,
            NotBefore = now.UtcDateTime,
            Expires = (now + Lifetime).UtcDateTime,
            Subject = new ClaimsIdentity(
            [
                new Claim(JwtRegisteredClaimNames.Sub, account.Id.ToString()),
                new Claim(SessionClaim, session.ToString()),
                new Claim(VersionClaim, account.SecurityVersion.ToString(CultureInfo.InvariantCulture), ClaimValueTypes.Integer32),
                new Claim(JwtRegisteredClaimNames.Jti, Guid.NewGuid().ToString("N")),
            ]),
            SigningCredentials = keys.SigningCredentials,
        });
    }
}
