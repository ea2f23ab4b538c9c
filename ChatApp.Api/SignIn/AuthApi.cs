using ChatApp.Api.Callers;
using ChatApp.Api.Sessions;
using Grpc.Core;
using Microsoft.AspNetCore.Antiforgery;

namespace ChatApp.Api.SignIn;

/// <summary><c>/api/auth</c>: coming in, going on and leaving.</summary>
internal static class AuthApi
{
    public static async Task<IResult> GuestAsync(
        HttpContext context, Registration registration, SessionOpening opening, GuestRequest? body, CancellationToken cancellationToken)
    {
        var guest = await registration.AddGuestAsync(cancellationToken);
        return await opening.AnswerAsync(context, new Entry(guest), body?.Cookie ?? false, StatusCodes.Status201Created, cancellationToken);
    }

    public static async Task<IResult> SignUpAsync(
        SignUpRequest body, HttpContext context, Registration registration, SessionOpening opening, CancellationToken cancellationToken)
    {
        var entry = await registration.SignUpAsync(body, context, cancellationToken);
        try
        {
            return await opening.AnswerAsync(context, entry, body.Cookie, StatusCodes.Status201Created, cancellationToken);
        }
        catch (RpcException) when (entry.IsNew)
        {
            // What its owner made could not come along now: they sign up again, and lose nothing.
            await registration.TakeBackAsync(entry.Account, context.Features.Get<Caller>());
            throw;
        }
    }

    /// <summary>What a page has to know before it offers to sign up.</summary>
    public static async Task<IResult> SignUpStateAsync(Registration registration, CancellationToken cancellationToken) =>
        Results.Json(await registration.StateAsync(cancellationToken));

    public static async Task<IResult> SignInAsync(
        SignInRequest body, HttpContext context, PasswordSignIn signIn, SessionOpening opening, CancellationToken cancellationToken)
    {
        var account = await signIn.SignInAsync(context, body.Email, body.Password, cancellationToken);
        return await opening.AnswerAsync(context, new Entry(account), body.Cookie, StatusCodes.Status200OK, cancellationToken);
    }

    /// <summary>The JSON body is required also where the token is a cookie: another site's form cannot send one.</summary>
    public static async Task<IResult> RefreshAsync(
        RefreshRequest body, HttpContext context, SessionLifecycle sessions, SessionOpening opening, CancellationToken cancellationToken)
    {
        var fromCookie = body.RefreshToken is null ? SessionCookies.ReadRefreshToken(context.Request) : null;
        var tokens = await sessions.RefreshAsync(body.RefreshToken ?? fromCookie, cancellationToken);
        return opening.Answer(context, tokens, fromCookie is not null);
    }

    public static async Task<IResult> SignOutAsync(
        Caller caller, HttpContext context, SessionLifecycle sessions, SessionCookies cookies, CancellationToken cancellationToken)
    {
        if (caller.SessionId is { } session)
            await sessions.CloseAsync(caller.Id, session, cancellationToken);
        cookies.Clear(context);
        return Results.NoContent();
    }

    public static async Task<IResult> SignOutEverywhereAsync(
        Caller caller, HttpContext context, SessionLifecycle sessions, SessionCookies cookies, CancellationToken cancellationToken)
    {
        await sessions.CloseAllAsync(caller.Id, cancellationToken);
        cookies.Clear(context);
        return Results.NoContent();
    }

    /// <summary>Every session ends with the old password; the answer opens a new one for this device.</summary>
    public static async Task<IResult> ChangePasswordAsync(
        PasswordChange body, Caller caller, HttpContext context, PasswordSignIn signIn, SessionOpening opening, CancellationToken cancellationToken)
    {
        var entry = await signIn.ChangePasswordAsync(caller, body.PresentPassword, body.NewPassword, body.RevokeKeys, cancellationToken);
        return await opening.AnswerAsync(context, entry, caller.ByCookie, StatusCodes.Status200OK, cancellationToken);
    }

    /// <summary>The token that a page sends as <c>X-CSRF-Token</c> with every change it makes by cookie.</summary>
    public static IResult Antiforgery(HttpContext context, IAntiforgery antiforgery) =>
        Results.Json(new { Token = antiforgery.GetAndStoreTokens(context).RequestToken });

    internal sealed record GuestRequest(bool Cookie = false);

    internal sealed record SignUpRequest(string? Email, string? Password, string? DisplayName, bool Administrator = false, bool Cookie = false);

    internal sealed record SignInRequest(string? Email, string? Password, bool Cookie = false);

    internal sealed record RefreshRequest(string? RefreshToken);

    internal sealed record PasswordChange(string? PresentPassword, string? NewPassword, bool RevokeKeys = false);
}
