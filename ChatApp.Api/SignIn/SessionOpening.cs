using System.Text.Json.Serialization;
using ChatApp.Api.Accounts;
using ChatApp.Api.Callers;
using ChatApp.Api.Sessions;

namespace ChatApp.Api.SignIn;

/// <summary>What follows whenever somebody has come in: what they made before comes along, a session opens, and the answer carries it.</summary>
internal sealed class SessionOpening(GuestMerge merge, SessionLifecycle sessions, SessionCookies cookies, KnownDevices devices)
{
    public async Task<(Account Account, SessionTokens Tokens, string? Device)> OpenAsync(HttpContext context, Entry entry, bool byCookie, CancellationToken cancellationToken)
    {
        var account = await merge.MergeAsync(context.Features.Get<Caller>(), entry.Account, entry.IsNew, cancellationToken);
        var tokens = await sessions.OpenAsync(context, account, cancellationToken);
        var device = account.IsGuest ? null : devices.NoteFor(context.Request, account);
        if (byCookie)
        {
            cookies.Write(context, tokens);
            if (device is not null)
                devices.Write(context, device);
        }

        return (account, tokens, device);
    }

    public async Task<IResult> AnswerAsync(HttpContext context, Entry entry, bool byCookie, int status, CancellationToken cancellationToken)
    {
        var (account, tokens, device) = await OpenAsync(context, entry, byCookie, cancellationToken);
        return View(context, tokens, byCookie, status) with
        {
            User = UserView.From(account),
            DeviceToken = byCookie ? null : device,
            KeysKept = entry.KeysKept,
            FirstAccount = entry.IsFirst ? true : null,
        };
    }

    /// <summary>A session that goes on.</summary>
    public IResult Answer(HttpContext context, SessionTokens tokens, bool byCookie)
    {
        if (byCookie)
            cookies.Write(context, tokens);
        return View(context, tokens, byCookie, StatusCodes.Status200OK);
    }

    private static SessionView View(HttpContext context, SessionTokens tokens, bool byCookie, int status)
    {
        context.Response.Headers.CacheControl = "no-store";
        return new SessionView(status)
        {
            TokenType = "Bearer",
            ExpiresIn = tokens.ExpiresIn,
            AccessToken = byCookie ? null : tokens.AccessToken,
            RefreshToken = byCookie ? null : tokens.RefreshToken,
        };
    }

    private sealed record SessionView(int Status) : IResult
    {
        [JsonIgnore]
        public int Status { get; } = Status;

        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public UserView? User { get; init; }

        public required string TokenType { get; init; }

        public required int ExpiresIn { get; init; }

        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public string? AccessToken { get; init; }

        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public string? RefreshToken { get; init; }

        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public string? DeviceToken { get; init; }

        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public int? KeysKept { get; init; }

        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public bool? FirstAccount { get; init; }

        public Task ExecuteAsync(HttpContext httpContext) => Results.Json(this, statusCode: Status).ExecuteAsync(httpContext);
    }
}

/// <summary>Somebody who has come in.</summary>
/// <param name="Account">As whom.</param>
internal sealed record Entry(Account Account)
{
    /// <summary>The account was made just now.</summary>
    public bool IsNew { get; init; }

    /// <summary>It is the first of this server.</summary>
    public bool IsFirst { get; init; }

    /// <summary>How many API keys go on after a change of the password.</summary>
    public int? KeysKept { get; init; }
}
