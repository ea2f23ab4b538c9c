using ChatApp.Api.Accounts;
using ChatApp.Api.Callers;
using ChatApp.Api.Errors;
using ChatApp.Api.Sessions;
using ChatApp.Api.SignIn;
using ChatApp.Contracts.Ids;
using ChatApp.Contracts.OpenAI;
using Microsoft.AspNetCore.Mvc;

namespace ChatApp.Api.Profile;

/// <summary><c>/api/me</c>: the caller's own account and sessions.</summary>
internal static class MeApi
{
    public static async Task<IResult> GetAsync(Caller caller, AccountStore accounts, CancellationToken cancellationToken) =>
        Results.Json(UserView.From(await accounts.FindAsync(caller.Id, cancellationToken) ?? throw OpenAIException.NotFound("user")));

    public static async Task<IResult> UpdateAsync(
        ProfileChange body, Caller caller, AccountStore accounts, AccountDirectory directory, CancellationToken cancellationToken)
    {
        await accounts.RenameAsync(caller.Id, Registration.CheckName(body.DisplayName), cancellationToken);
        directory.Forget(caller.Id);
        return await GetAsync(caller, accounts, cancellationToken);
    }

    public static async Task<IResult> SessionsAsync(Caller caller, SessionStore sessions, CancellationToken cancellationToken) =>
        Results.Json(new
        {
            Data = (await sessions.ListAsync(caller.Id, cancellationToken)).Select(session => new
            {
                Id = WireId.Format(WireId.Session, session.Id),
                session.UserAgent,
                session.Address,
                session.CreatedAt,
                session.LastUsedAt,
                Current = session.Id == caller.SessionId,
            }),
        });

    public static async Task<IResult> EndSessionAsync(string id, Caller caller, SessionLifecycle sessions, CancellationToken cancellationToken)
    {
        await sessions.CloseAsync(caller.Id, WireId.Parse(WireId.Session, id) ?? throw OpenAIException.NotFound("session"), cancellationToken);
        return Results.NoContent();
    }

    public static async Task<IResult> DeleteAsync(
        [FromBody] Deletion? body, Caller caller, HttpContext context, AccountRemoval removal, SessionCookies cookies, CancellationToken cancellationToken)
    {
        await removal.RemoveAsync(caller, body?.Password, cancellationToken);
        cookies.Clear(context);
        return Results.NoContent();
    }

    internal sealed record Deletion(string? Password);

    internal sealed record ProfileChange(string? DisplayName);
}
