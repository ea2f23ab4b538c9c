using System.Text.Json.Serialization;
using ChatApp.Api.Accounts;
using ChatApp.Api.Callers;
using ChatApp.Api.Errors;
using ChatApp.Api.Sessions;
using ChatApp.Contracts.OpenAI;
using Microsoft.AspNetCore.Antiforgery;

namespace ChatApp.Api.SignIn;

/// <summary><c>/api/auth</c>: coming in, going on and leaving.</summary>
internal static class AuthApi
{
    public static async Task<IResult> GuestAsync(
        HttpContext context, Registration registration, SessionDesk sessions, SessionCookies cookies, GuestRequest? body, CancellationToken cancellationToken)
    {
        var guest = await registration.AddGuestAsync(cancellationToken);
        return Answer(context, guest, await sessions.OpenAsync(guest, cancellationToken), cookies, body?.Cookie ?? false, StatusCodes.Status201Created);
    }

    public static async Task<IResult> SignUpAsync(
        SignUpRequest body, HttpContext context, Registration registration, SessionDesk sessions, SessionCookies cookies, CancellationToken cancellationToken)
    {
        var account = await registration.SignUpAsync(body.Email, body.Password, body.DisplayName, context.Features.Get<Caller>(), cancellationToken);
        return Answer(context, account, await sessions.OpenAsync(account, cancellationToken), cookies, body.Cookie, StatusCodes.Status201Created);
    }

    public static async Task<IResult> SignInAsync(
        SignInRequest body, HttpContext context, PasswordSignIn signIn, GuestMerge merge, SessionDesk sessions, SessionCookies cookies, CancellationToken cancellationToken)
    {
        var account = await signIn.SignInAsync(body.Email, body.Password, cancellationToken);
        await merge.MergeAsync(context.Features.Get<Caller>(), account, cancellationToken);
        return Answer(context, account, await sessions.OpenAsync(account, cancellationToken), cookies, body.Cookie);
    }

    /// <summary>The JSON body is required also where the token is a cookie: another site's form cannot send one.</summary>
    public static async Task<IResult> RefreshAsync(
        RefreshRequest body, HttpContext context, SessionDesk sessions, SessionCookies cookies, CancellationToken cancellationToken)
    {
        var fromCookie = body.RefreshToken is null ? SessionCookies.ReadRefreshToken(context.Request) : null;
        var tokens = await sessions.RefreshAsync(body.RefreshToken ?? fromCookie, cancellationToken);
        return Answer(context, null, tokens, cookies, fromCookie is not null);
    }

    public static async Task<IResult> SignOutAsync(
        Caller caller, HttpContext context, SessionDesk sessions, SessionCookies cookies, CancellationToken cancellationToken)
    {
        if (caller.SessionId is { } session)
            await sessions.CloseAsync(caller.Id, session, cancellationToken);
        cookies.Clear(context);
        return Results.NoContent();
    }

    public static async Task<IResult> SignOutEverywhereAsync(
        Caller caller, HttpContext context, SessionDesk sessions, SessionCookies cookies, CancellationToken cancellationToken)
    {
        await sessions.CloseAllAsync(caller.Id, cancellationToken);
        cookies.Clear(context);
        return Results.NoContent();
    }

    /// <summary>Every session ends with the old password; the answer opens a new one for this device.</summary>
    public static async Task<IResult> ChangePasswordAsync(
        PasswordChange body,
        Caller caller,
        HttpContext context,
        AccountStore accounts,
        AccountDirectory directory,
        PasswordSignIn signIn,
        SessionDesk sessions,
        SessionCookies cookies,
        CancellationToken cancellationToken)
    {
        var account = await accounts.FindAsync(caller.Id, cancellationToken) ?? throw OpenAIException.NotFound("user");
        await signIn.ChangePasswordAsync(account, body.PresentPassword, body.NewPassword, cancellationToken);
        directory.Forget(caller.Id);
        account = (await accounts.FindAsync(caller.Id, cancellationToken))!;
        return Answer(context, account, await sessions.OpenAsync(account, cancellationToken), cookies, caller.ByCookie);
    }

    /// <summary>The token that a page sends as <c>X-CSRF-Token</c> with every change it makes by cookie.</summary>
    public static IResult Antiforgery(HttpContext context, IAntiforgery antiforgery) =>
        Results.Json(new { Token = antiforgery.GetAndStoreTokens(context).RequestToken });

    internal static IResult Answer(
        HttpContext context, Account? account, SessionTokens tokens, SessionCookies cookies, bool byCookie, int status = StatusCodes.Status200OK)
    {
        context.Response.Headers.CacheControl = "no-store";
        if (byCookie)
            cookies.Write(context, tokens);
        return Results.Json(new SessionView(
            account is null ? null : UserView.From(account),
            "Bearer",
            tokens.ExpiresIn,
            byCookie ? null : tokens.AccessToken,
            byCookie ? null : tokens.RefreshToken), statusCode: status);
    }

    internal sealed record GuestRequest(bool Cookie = false);

    internal sealed record SignUpRequest(string? Email, string? Password, string? DisplayName, bool Cookie = false);

    internal sealed record SignInRequest(string? Email, string? Password, bool Cookie = false);

    internal sealed record RefreshRequest(string? RefreshToken);

    internal sealed record PasswordChange(string? PresentPassword, string? NewPassword);

    internal sealed record SessionView(
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] UserView? User,
        string TokenType,
        int ExpiresIn,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? AccessToken,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? RefreshToken);
}
