using System.ComponentModel.DataAnnotations;

namespace ChatApp.Api.Accounts;

/// <summary>Accounts, sessions and tokens, from the section <c>Accounts</c>.</summary>
internal sealed record AccountsOptions
{
    public const string Section = "Accounts";

    /// <summary>Who is served without a credential.</summary>
    public AnonymousAccess Anonymous { get; init; } = AnonymousAccess.Off;

    /// <summary>The plan of whoever is served without a credential.</summary>
    [Required]
    public string AnonymousPlan { get; init; } = "guest";

    /// <summary>Lets people try the product in a session of their own without an account.</summary>
    public bool AllowGuests { get; init; } = true;

    /// <summary>Lets people make accounts by themselves.</summary>
    public bool AllowSignUp { get; init; } = true;

    [Required]
    public string GuestPlan { get; init; } = "guest";

    /// <summary>The plan of a new account.</summary>
    [Required]
    public string SignUpPlan { get; init; } = "free";

    /// <summary>Whoever makes the very first account may choose to be an administrator. Only where nobody else can be first.</summary>
    public bool FirstUserIsAdmin { get; init; }

    /// <summary>An administrator that is made at the start when missing, together with <see cref="AdminPassword"/>.</summary>
    public string? AdminEmail { get; init; }

    public string? AdminPassword { get; init; }

    /// <summary><c>iss</c> of the access tokens.</summary>
    [Required]
    public string Issuer { get; init; } = "chatapp";

    /// <summary><c>aud</c> of the access tokens.</summary>
    [Required]
    public string Audience { get; init; } = "chatapp-api";

    [Range(1, 60)]
    public int AccessTokenMinutes { get; init; } = 10;

    /// <summary>A session that is not used for so long ends.</summary>
    [Range(1, 365)]
    public int RefreshTokenDays { get; init; } = 30;

    /// <summary>How often what nobody can use any more is removed: tokens, sessions, guests.</summary>
    [Range(1, 86_400)]
    public int SweepSeconds { get; init; } = 3600;

    /// <summary>How long one key signs before the next takes over.</summary>
    [Range(1, 365)]
    public int SigningKeyDays { get; init; } = 30;

    [Range(8, 128)]
    public int PasswordMinLength { get; init; } = 10;

    /// <summary>PBKDF2 iterations of the password hash; older hashes are renewed at the next sign-in.</summary>
    [Range(1_000, 10_000_000)]
    public int PasswordIterations { get; init; } = 210_000;

    /// <summary>Wrong passwords in a row from one source before the wait begins to grow.</summary>
    [Range(1, 100)]
    public int FreeSignInFailures { get; init; } = 5;

    /// <summary>Wrong passwords for one e-mail address, from all sources that are not known to be its owner's, before those wait.</summary>
    [Range(1, 100_000)]
    public int FreeAddressFailures { get; init; } = 100;

    /// <summary>Longest wait between two tries, in seconds.</summary>
    [Range(1, 86_400)]
    public int LongestLockoutSeconds { get; init; } = 900;

    /// <summary>How long a user's role, plan and ban may be remembered by a replica, in milliseconds.</summary>
    [Range(0, 60_000)]
    public int DirectoryCacheMilliseconds { get; init; } = 2_000;
}

/// <summary>Who may use the product without any credential; all of them are one local user.</summary>
internal enum AnonymousAccess
{
    /// <summary>Nobody.</summary>
    Off,

    /// <summary>Connections from this machine: a product tried out on a laptop.</summary>
    Loopback,

    /// <summary>Anyone who reaches the port: a private network.</summary>
    Everyone,
}
