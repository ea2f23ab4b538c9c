using System.Security.Cryptography;
using System.Text.Json;
using ChatApp.Web.Api;
using Microsoft.AspNetCore.DataProtection;

namespace ChatApp.Web.Sessions;

/// <summary>Seals the session into a cookie that no script and no other site can use.</summary>
internal sealed class SessionCookie(IDataProtectionProvider protection)
{
    public const string Name = "chatapp.person";
    private static readonly TimeSpan Life = TimeSpan.FromDays(30);
    private static readonly TimeSpan DeviceLife = TimeSpan.FromDays(180);
    private readonly IDataProtector _protector = protection.CreateProtector("ChatApp.Web.Sessions");

    public SessionTicket? Read(HttpRequest request)
    {
        if (request.Cookies[Name] is not { Length: > 0 } value)
            return null;
        try
        {
            return JsonSerializer.Deserialize<SessionTicket>(_protector.Unprotect(value));
        }
        catch (Exception exception) when (exception is CryptographicException or JsonException)
        {
            return null;
        }
    }

    public void Write(HttpContext context, PersonSession session)
    {
        var ticket = new SessionTicket(session.Key, session.AccessToken, session.RefreshToken, session.ExpiresAt);
        context.Response.Cookies.Append(Name, _protector.Protect(JsonSerializer.Serialize(ticket)), Options(context, Life));
        if (session.DeviceToken is { } device)
            context.Response.Cookies.Append(PersonSessions.DeviceCookie, device, Options(context, DeviceLife));
    }

    public static void Clear(HttpContext context) => context.Response.Cookies.Delete(Name, Options(context, null));

    private static CookieOptions Options(HttpContext context, TimeSpan? life) => new()
    {
        HttpOnly = true,
        IsEssential = true,
        MaxAge = life,
        Path = $"{context.Request.PathBase}/",
        SameSite = SameSiteMode.Lax,
        Secure = context.Request.IsHttps,
    };
}
