using ChatApp.Contracts.Ids;

namespace ChatApp.Api.Accounts;

/// <summary>A user as the app surface shows them.</summary>
internal sealed record UserView(string Id, string Kind, string? Email, string? DisplayName, string Role, string Plan, DateTime CreatedAt, DateTime? BannedUntil)
{
    public static UserView From(Account account) => new(
        WireId.Format(WireId.User, account.Id), account.Kind, account.Email, account.DisplayName, account.Role, account.Plan, account.CreatedAt, account.BannedUntil);
}
