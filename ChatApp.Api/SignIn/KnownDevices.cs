using System.Security.Cryptography;
using ChatApp.Api.Accounts;
using Microsoft.AspNetCore.DataProtection;

namespace ChatApp.Api.SignIn;

/// <summary>
/// Devices on which somebody has signed in before. Each has a sealed note of it, a cookie or what a client keeps, that is good for one account:
/// guesses from elsewhere do not lock it out. It signs nobody in.
/// </summary>
internal sealed class KnownDevices(IDataProtectionProvider protection, IHostEnvironment environment, TimeProvider time)
{
    /// <summary>Where clients without cookies send the note.</summary>
    public const string Header = "X-Known-Device";

    private const string Cookie = "chatapp_device";
    private const string Path = "/api/auth";
    private static readonly TimeSpan Lifetime = TimeSpan.FromDays(180);

    private readonly ITimeLimitedDataProtector _protector = protection.CreateProtector("ChatApp.Api.KnownDevices").ToTimeLimitedDataProtector();

    /// <returns>The device's name; null where the account was never signed in to on it.</returns>
    public string? Find(HttpRequest request, Account account)
    {
        if (ReadNote(request) is not { Length: > 0 and < 1024 } note)
            return null;
        try
        {
            return _protector.Unprotect(note).Split('.') is [var user, var device] && user == account.Id.ToString("N") ? device : null;
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    /// <summary>The note of a device on which the account has just been signed in to: the one that it has, or a new one.</summary>
    public string NoteFor(HttpRequest request, Account account) =>
        Find(request, account) is null
            ? _protector.Protect($"{account.Id:N}.{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8))}", time.GetUtcNow() + Lifetime)
            : ReadNote(request)!;

    public void Write(HttpContext context, string note) => context.Response.Cookies.Append(Cookie, note, new CookieOptions
    {
        HttpOnly = true,
        Secure = context.Request.IsHttps || !environment.IsDevelopment(),
        SameSite = SameSiteMode.Strict,
        Path = Path,
        Expires = time.GetUtcNow() + Lifetime,
        IsEssential = true,
    });

    private static string? ReadNote(HttpRequest request) =>
        request.Headers[Header].ToString() is { Length: > 0 } given ? given : request.Cookies[Cookie];
}
