using System.Net;
using ChatApp.Web.Api;
using ChatApp.Web.Sessions;

namespace ChatApp.Web.Endpoints;

/// <summary>
/// What the page's forms post to come in and to leave: requests that change the cookie, which a circuit cannot. Only JSON
/// from a page of our own origin is taken, which no form of another site can send.
/// </summary>
internal static class SessionEndpoints
{
    public static void MapSessions(this WebApplication app)
    {
        var group = app.MapGroup("/session").AddEndpointFilter(OwnPagesOnlyAsync).DisableAntiforgery();
        group.MapPost("/sign-in", (Credentials body, HttpContext context) => EnterAsync(context, "/api/auth/sign-in", new { body.Email, body.Password }));
        group.MapPost("/sign-up", (Credentials body, HttpContext context) => EnterAsync(context, "/api/auth/sign-up", new { body.Email, body.Password, body.DisplayName, body.Administrator }));
        group.MapPost("/password", (PasswordChange body, HttpContext context) => EnterAsync(context, "/api/auth/password", new { body.PresentPassword, body.NewPassword, body.RevokeKeys }));
        group.MapPost("/sign-out", LeaveAsync);
        group.MapPost("/delete", DeleteAsync);
        group.MapPost("/keep", async (HttpContext context) => await SessionGate.CurrentAsync(context) is null ? Results.StatusCode(205) : Results.NoContent());
    }

    private static async ValueTask<object?> OwnPagesOnlyAsync(EndpointFilterInvocationContext invocation, EndpointFilterDelegate next)
    {
        var request = invocation.HttpContext.Request;
        return PageOrigin.IsOwn(request) && request.HasJsonContentType() ? await next(invocation) : Results.Problem("Only a page of this server may ask for this.", statusCode: StatusCodes.Status403Forbidden);
    }

    private static async Task<IResult> EnterAsync(HttpContext context, string path, object body)
    {
        var sessions = context.RequestServices.GetRequiredService<PersonSessions>();
        try
        {
            var present = await SessionGate.PresentAsync(context);
            var session = await sessions.OpenAsync(path, body, present, context.RequestAborted);
            if (present is not null)
                sessions.Forget(present);
            context.RequestServices.GetRequiredService<SessionCookie>().Write(context, session);
            return Results.NoContent();
        }
        catch (ApiException exception)
        {
            return Results.Problem(exception.Message, statusCode: (int)(exception.Status ?? HttpStatusCode.ServiceUnavailable));
        }
    }

    private static async Task<IResult> LeaveAsync(HttpContext context, ApiConnection api)
    {
        var sessions = context.RequestServices.GetRequiredService<PersonSessions>();
        if (await SessionGate.CurrentAsync(context) is { } session)
        {
            try
            {
                api.Session = session;
                await api.SendAsync(HttpMethod.Post, "/api/auth/sign-out", null, context.RequestAborted);
            }
            catch (ApiException)
            {
                // Out of this browser it is in any case.
            }

            sessions.Forget(session);
        }

        SessionCookie.Clear(context);
        return Results.NoContent();
    }

    private static async Task<IResult> DeleteAsync(Deletion body, HttpContext context, ApiConnection api)
    {
        if (await SessionGate.CurrentAsync(context) is not { } session)
            return Results.Problem("Your session has ended. Reload the page.", statusCode: StatusCodes.Status401Unauthorized);
        try
        {
            api.Session = session;
            await api.SendAsync(HttpMethod.Delete, "/api/me", new { body.Password }, context.RequestAborted);
        }
        catch (ApiException exception)
        {
            return Results.Problem(exception.Message, statusCode: (int)(exception.Status ?? HttpStatusCode.ServiceUnavailable));
        }

        context.RequestServices.GetRequiredService<PersonSessions>().Forget(session);
        SessionCookie.Clear(context);
        return Results.NoContent();
    }

    internal sealed record Deletion(string? Password);

    internal sealed record Credentials(string? Email, string? Password, string? DisplayName, bool Administrator = false);

    internal sealed record PasswordChange(string? PresentPassword, string? NewPassword, bool RevokeKeys = false);
}
