using ChatApp.Api.Accounts;

namespace ChatApp.Api.Callers;

/// <summary>Who makes a request, as the edge established it. Endpoints take it as a parameter.</summary>
internal sealed record Caller
{
    /// <summary>Whoever uses a product without a credential, where the configuration allows it.</summary>
    public static readonly Guid LocalUserId = new("00000000-0000-7000-8000-000000000001");

    /// <summary>Whoever opens a shared link: nobody's data is theirs.</summary>
    public static Caller Visitor { get; } = new() { Id = new("00000000-0000-7000-8000-000000000002"), Kind = CallerKind.Guest, Role = Account.User, Plan = "guest" };

    public required Guid Id { get; init; }

    public required CallerKind Kind { get; init; }

    public required string Role { get; init; }

    public required string Plan { get; init; }

    public string? Name { get; init; }

    /// <summary>The session of an interactive caller; null for an API key and without a credential.</summary>
    public Guid? SessionId { get; init; }

    /// <summary>The API key that the caller came with.</summary>
    public Guid? KeyId { get; init; }

    /// <summary>What an API key may be used for; null for a person, who may do everything of theirs.</summary>
    public IReadOnlyList<string>? Scopes { get; init; }

    /// <summary>The browser sent the credential by itself, so a request may have been forged by another site.</summary>
    public bool ByCookie { get; init; }

    public string UserId => Id.ToString();

    public bool IsApiKey => Scopes is not null;

    public bool IsAdmin => Role == Account.Admin && !IsApiKey;

    /// <summary>The caller that the gate let in.</summary>
    public static ValueTask<Caller?> BindAsync(HttpContext context) => ValueTask.FromResult(context.Features.Get<Caller>());

    public static Caller From(Account account) => new()
    {
        Id = account.Id,
        Kind = account.Kind switch { "guest" => CallerKind.Guest, "local" => CallerKind.Local, _ => CallerKind.Account },
        Role = account.Role,
        Plan = account.Plan,
        Name = account.DisplayName,
    };
}

/// <summary>What stands behind a caller.</summary>
internal enum CallerKind
{
    /// <summary>An account.</summary>
    Account,

    /// <summary>A session without an account.</summary>
    Guest,

    /// <summary>The one user of a product that is used without sign-in.</summary>
    Local,
}
