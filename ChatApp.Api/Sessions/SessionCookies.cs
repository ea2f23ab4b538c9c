namespace ChatApp.Api.Sessions;

/// <summary>
/// The session of a page that talks to this server from a browser: two cookies that no script can read. The refresh token
/// travels only to the paths that use it.
/// </summary>
internal sealed class SessionCookies(IHostEnvironment environment)
{
    private const string Access = "chatapp_session";
    private const string Refresh = "chatapp_refresh";
    private const string RefreshPath = "/api/auth";

    public static bool HasAccessToken(HttpRequest request) => !string.IsNullOrEmpty(ReadAccessToken(request));

    public static string? ReadAccessToken(HttpRequest request) => request.Cookies[Access];

    public static string? ReadRefreshToken(HttpRequest request) => request.Cookies[Refresh];

    public void Write(HttpContext context, SessionTokens tokens)
    {
        context.Response.Cookies.Append(Access, tokens.AccessToken, Options(context, "/", SameSiteMode.Lax, tokens.RefreshExpiresAt));
        context.Response.Cookies.Append(Refresh, tokens.RefreshToken, Options(context, RefreshPath, SameSiteMode.Strict, tokens.RefreshExpiresAt));
    }

    public void Clear(HttpContext context)
    {
        context.Response.Cookies.Delete(Access, Options(context, "/", SameSiteMode.Lax, null));
        context.Response.Cookies.Delete(Refresh, Options(context, RefreshPath, SameSiteMode.Strict, null));
    }

    private CookieOptions Options(HttpContext context, string path, SameSiteMode sameSite, DateTimeOffset? expires) => new()
    {
        HttpOnly = true,
        Secure = context.Request.IsHttps || !environment.IsDevelopment(),
        SameSite = sameSite,
        Path = path,
        Expires = expires,
        IsEssential = true,
    };
}
