using ChatApp.ServiceDefaults;
using ChatApp.Web.Api;
using Microsoft.AspNetCore.Components.Endpoints;
using Microsoft.AspNetCore.Diagnostics;

namespace ChatApp.Web.Sessions;

/// <summary>
/// Says who a page is for before it is drawn: the session of the cookie; else the local user, where the Api asks nobody who
/// they are and the browser is on this machine; else a new guest, at once and unasked. Where none of these can be had the page
/// is for nobody, and shows nothing of anybody's. Circuits are opened by our own pages alone.
/// </summary>
internal static class SessionGate
{
    private const string CircuitPath = "/_blazor";
    private const string RefusalItem = "ChatApp.SessionRefusal";
    private const string Item = "ChatApp.PersonSession";

    public static PersonSession? PersonSession(this HttpContext context) => context.Items[Item] as PersonSession;

    /// <summary>Why a page is drawn for nobody.</summary>
    public static string? SessionRefusal(this HttpContext context) => context.Items[RefusalItem] as string;

    public static void UseSessionGate(this WebApplication app) => app.Use(async (context, next) =>
    {
        if (context.Request.Path.StartsWithSegments(CircuitPath) && PageOrigin.IsForeign(context.Request))
        {
            await Results.Problem("Only a page of this server may ask for this.", statusCode: StatusCodes.Status403Forbidden).ExecuteAsync(context);
            return;
        }

        if (context.GetEndpoint()?.Metadata.GetMetadata<ComponentTypeMetadata>() is not null)
            await ResolveAsync(context);
        await next(context);
    });

    /// <summary>The session of a request, renewed where that is due, with its cookie brought up to date.</summary>
    /// <param name="context">The request.</param>
    /// <param name="ask">Whether the Api is asked as well: another device may have ended the session.</param>
    public static async Task<PersonSession?> CurrentAsync(HttpContext context, bool ask = false)
    {
        var services = context.RequestServices;
        var (sessions, cookie) = (services.GetRequiredService<PersonSessions>(), services.GetRequiredService<SessionCookie>());
        if (cookie.Read(context.Request) is not { } ticket)
            return null;
        var session = sessions.Adopt(ticket);
        if (await sessions.RenewAsync(session, context.RequestAborted) is null || (ask && !await sessions.IsOpenAsync(session, context.RequestAborted)))
        {
            sessions.Forget(session);
            SessionCookie.Clear(context);
            return null;
        }

        if (session.RefreshToken != ticket.RefreshToken)
            cookie.Write(context, session);
        return session;
    }

    /// <summary>The session of a request that may not open one: the cookie's, or the local user's; null is nobody.</summary>
    public static async Task<PersonSession?> PresentAsync(HttpContext context) =>
        await CurrentAsync(context) ?? await LocalAsync(context);

    private static async Task<PersonSession?> LocalAsync(HttpContext context) =>
        context.IsFromThisMachine() && await context.RequestServices.GetRequiredService<PersonSessions>().IsAnonymousAllowedAsync(context.RequestAborted)
            ? Api.PersonSession.Local
            : null;

    private static async Task ResolveAsync(HttpContext context)
    {
        var services = context.RequestServices;
        try
        {
            var session = await CurrentAsync(context, ask: true) ?? await LocalAsync(context);
            if (session is null && MayBeGuest(context))
            {
                session = await services.GetRequiredService<PersonSessions>().OpenAsync("/api/auth/guest", new { }, null, context.RequestAborted);
                services.GetRequiredService<SessionCookie>().Write(context, session);
            }

            context.Items[Item] = session;
        }
        catch (ApiException exception)
        {
            // Drawn for nobody: the page itself says what is wrong, and can be opened again.
            context.Items[RefusalItem] = exception.Message;
        }
    }

    /// <summary>Every browser says what it takes. An error page stands for a missing file as well, and those are asked for many at once.</summary>
    private static bool MayBeGuest(HttpContext context)
    {
        var accept = context.Request.Headers.Accept.ToString();
        return accept.Length > 0 && (context.Features.Get<IStatusCodeReExecuteFeature>() is null || accept.Contains("text/html", StringComparison.OrdinalIgnoreCase));
    }
}
