using System.Text.Json.Serialization;
using ChatApp.Api.Accounts;
using ChatApp.Api.Callers;
using ChatApp.Api.Sessions;

namespace ChatApp.Api.SignIn;

/// <summary>What follows whenever somebody has come in: a guest's things come along, a session opens, and the answer carries it.</summary>
internal sealed class SessionOpening(GuestMerge merge, SessionLifecycle sessions, SessionCookies cookies)
{
    public async Task<SessionTokens> OpenAsync(HttpContext context, Account account, bool byCookie, CancellationToken cancellationToken)
    {
        await merge.MergeAsync(context.Features.Get<Caller>(), account, cancellationToken);
        var tokens = await sessions.OpenAsync(context, account, cancellationToken);
        if (byCookie)
            cookies.Write(context, tokens);
        return tokens;
    }

    public async Task<IResult> AnswerAsync(HttpContext context, Account account, bool byCookie, int status, CancellationToken cancellationToken) =>
        View(context, account, await OpenAsync(context, account, byCookie, cancellationToken), byCookie, status);

    /// <summary>A session that goes on.</summary>
    public IResult Answer(HttpContext context, SessionTokens tokens, bool byCookie)
    {
        if (byCookie)
            cookies.Write(context, tokens);
        return View(context, null, tokens, byCookie, StatusCodes.Status200OK);
    }

    private static IResult View(HttpContext context, Account? account, SessionTokens tokens, bool byCookie, int status)
    {
        context.Response.Headers.CacheControl = "no-store";
        return Results.Json(new SessionView(
            account is null ? null : UserView.From(account),
            "Bearer",
            tokens.ExpiresIn,
            byCookie ? null : tokens.AccessToken,
            byCookie ? null : tokens.RefreshToken), statusCode: status);
    }

    private sealed record SessionView(
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] UserView? User,
        string TokenType,
        int ExpiresIn,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? AccessToken,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? RefreshToken);
}
