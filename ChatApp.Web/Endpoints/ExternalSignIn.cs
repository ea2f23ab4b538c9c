using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using ChatApp.Web.Api;
using ChatApp.Web.Sessions;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.WebUtilities;

namespace ChatApp.Web.Endpoints;

/// <summary>
/// Sign-in at a provider: the browser goes to the Api, from there to the provider, and comes back with a code. What the code
/// is exchanged with never left this server but sealed in a cookie, so a code that leaks opens nothing.
/// </summary>
internal static class ExternalSignIn
{
    public const string Start = "/session/external/";

    /// <summary>Where an administrator's link leads. Only codes of such links are taken up here, and only operators make those.</summary>
    private const string Link = "/session/link";

    private const string LinkPrefix = "link.";
    private const string Back = Start + "complete";
    private const string CookieName = "chatapp.external";
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(15);

    public static void MapExternalSignIn(this WebApplication app)
    {
        app.MapGet(Back, CompleteAsync);
        app.MapGet(Link, (HttpContext context, PersonSessions sessions, SessionCookie cookie, string? code = null) =>
            code?.StartsWith(LinkPrefix, StringComparison.Ordinal) == true ? EnterAsync(context, sessions, cookie, code, code) : Task.FromResult(Failed(null)));
        app.MapGet(Start + "{provider}", Begin);
    }

    private static IResult Begin(string provider, HttpContext context, IConfiguration configuration, IDataProtectionProvider protection)
    {
        // The browser's way to the Api, which may differ from this server's.
        if ((configuration["Api:PublicAddress"] ?? configuration["services:api:https:0"] ?? configuration["services:api:http:0"]) is not { Length: > 0 } api)
            return Results.Problem("Set Api:PublicAddress to the address at which browsers reach the Api.", statusCode: StatusCodes.Status500InternalServerError);
        var verifier = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
        context.Response.Cookies.Append(CookieName, Protector(protection).Protect(verifier), Options(context, Patience));
        return Results.Redirect(QueryHelpers.AddQueryString($"{api.TrimEnd('/')}/api/auth/external/{Uri.EscapeDataString(provider)}", new Dictionary<string, string?>
        {
            ["return_url"] = $"{context.Request.Scheme}://{context.Request.Host}{context.Request.PathBase}{Back}",
            ["challenge"] = Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes(verifier))),
        }));
    }

    private static async Task<IResult> CompleteAsync(
        HttpContext context, PersonSessions sessions, SessionCookie cookie, IDataProtectionProvider protection, string? code = null, string? error = null)
    {
        var verifier = Verifier(context, protection);
        context.Response.Cookies.Delete(CookieName, Options(context, null));
        if (error is not null || code is null || verifier is null)
            return Failed(error);
        return await EnterAsync(context, sessions, cookie, code, verifier);
    }

    private static async Task<IResult> EnterAsync(HttpContext context, PersonSessions sessions, SessionCookie cookie, string code, string verifier)
    {
        try
        {
            var present = context.PersonSession() ?? await SessionGate.PresentAsync(context);
            var session = await sessions.OpenAsync("/api/auth/external/exchange", new { Code = code, Verifier = verifier }, present, context.RequestAborted);
            if (present is not null)
                sessions.Forget(present);
            cookie.Write(context, session);
            return Results.LocalRedirect("~/");
        }
        catch (ApiException exception)
        {
            return Failed(exception.Code);
        }
    }

    private static IResult Failed(string? why) => Results.LocalRedirect(QueryHelpers.AddQueryString("~/account", "sign_in", why ?? "external_sign_in_failed"));

    private static string? Verifier(HttpContext context, IDataProtectionProvider protection)
    {
        try
        {
            return context.Request.Cookies[CookieName] is { Length: > 0 } value ? Protector(protection).Unprotect(value) : null;
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    private static IDataProtector Protector(IDataProtectionProvider protection) => protection.CreateProtector("ChatApp.Web.ExternalSignIn");

    private static CookieOptions Options(HttpContext context, TimeSpan? life) => new()
    {
        HttpOnly = true,
        IsEssential = true,
        MaxAge = life,
        Path = context.Request.PathBase + Start,
        SameSite = SameSiteMode.Lax,
        Secure = context.Request.IsHttps,
    };
}
