using ChatApp.ServiceDefaults;
using ChatApp.Web.Api;

namespace ChatApp.Web.Sessions;

/// <summary>
/// Says who a page is for before it is drawn: the session of the cookie; else nobody in particular, where the Api allows
/// that and the browser is on this machine; else a new guest, at once and unasked.
/// </summary>
internal static class SessionGate
{
    /// <summary>Below it are files, which need no page.</summary>
    public const string DownloadPath = "/download";

    private const string Item = "ChatApp.PersonSession";

    public static PersonSession? PersonSession(this HttpContext context) => context.Items[Item] as PersonSession;

    public static void UseSessionGate(this WebApplication app) => app.Use(async (context, next) =>
    {
        if (HttpMethods.IsGet(context.Request.Method) && !context.Request.Path.StartsWithSegments(DownloadPath) && context.Request.Headers.Accept.ToString().Contains("text/html", StringComparison.Ordinal))
            await ResolveAsync(context);
        await next(context);
    });

    /// <summary>The session of a request, renewed where that is due, with its cookie brought up to date.</summary>
    public static async Task<PersonSession?> CurrentAsync(HttpContext context)
    {
        var services = context.RequestServices;
        var (sessions, cookie) = (services.GetRequiredService<PersonSessions>(), services.GetRequiredService<SessionCookie>());
        if (cookie.Read(context.Request) is not { } ticket)
            return null;
        var session = sessions.Adopt(ticket);
        if (await sessions.RenewAsync(session, context.RequestAborted) is null)
        {
            sessions.Forget(session);
            SessionCookie.Clear(context);
            return null;
        }

        if (session.RefreshToken != ticket.RefreshToken)
            cookie.Write(context, session);
        return session;
    }

    /// <summary>A browser on this machine, where the Api asks nobody who they are.</summary>
    public static async Task<bool> NeedsNoneAsync(HttpContext context) =>
        context.IsFromThisMachine()
        && await context.RequestServices.GetRequiredService<PersonSessions>().IsAnonymousAllowedAsync(context.RequestAborted);

    private static async Task ResolveAsync(HttpContext context)
    {
        var services = context.RequestServices;
        var sessions = services.GetRequiredService<PersonSessions>();
        try
        {
            var session = await CurrentAsync(context);
            if (session is null)
            {
                if (await NeedsNoneAsync(context))
                    return;
                session = await sessions.OpenAsync("/api/auth/guest", new { }, null, context.RequestAborted);
                services.GetRequiredService<SessionCookie>().Write(context, session);
            }

            context.Items[Item] = session;
        }
        catch (ApiException)
        {
            // Drawn without a session: the page itself says what is wrong, and can be tried again.
        }
    }
}
