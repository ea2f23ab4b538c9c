using ChatApp.Api.Abuse;
using ChatApp.Api.Profile;
using ChatApp.Api.SignIn;
using ChatApp.Api.SigningKeys;

namespace ChatApp.Api;

/// <summary>Accounts, sessions and keys.</summary>
internal static class AccountRoutes
{
    public static void MapAccounts(this IEndpointRouteBuilder app)
    {
        app.MapGet("/.well-known/jwks.json", JwksEndpoint.Get).WithTags("Auth");

        var auth = app.MapGroup("/api/auth").WithTags("Auth");
        auth.MapPost("/guest", AuthApi.GuestAsync);
        auth.MapGet("/sign-up", AuthApi.SignUpStateAsync);
        auth.MapPost("/sign-up", AuthApi.SignUpAsync);
        auth.MapPost("/sign-in", AuthApi.SignInAsync);
        auth.MapPost("/refresh", AuthApi.RefreshAsync);
        auth.MapPost("/sign-out", AuthApi.SignOutAsync);
        auth.MapPost("/sign-out-everywhere", AuthApi.SignOutEverywhereAsync);
        auth.MapPost("/password", AuthApi.ChangePasswordAsync);
        auth.MapGet("/antiforgery", AuthApi.Antiforgery);
        auth.MapGet("/challenge", ChallengeApi.Get);
        auth.MapGet("/providers", ExternalSignInApi.List);
        auth.MapGet("/external/{provider}", ExternalSignInApi.Begin);
        auth.MapGet("/external/{provider}/complete", ExternalSignInApi.CompleteAsync);
        auth.MapPost("/external/exchange", ExternalSignInApi.ExchangeAsync);

        var me = app.MapGroup("/api/me").WithTags("Account");
        me.MapGet("", MeApi.GetAsync);
        me.MapPatch("", MeApi.UpdateAsync);
        me.MapDelete("", MeApi.DeleteAsync);
        me.MapGet("/export", TransferApi.ExportAccountAsync);
        me.MapGet("/sessions", MeApi.SessionsAsync);
        me.MapDelete("/sessions/{id}", MeApi.EndSessionAsync);

        app.MapGet("/api/usage", UsageApi.GetAsync).WithTags("Account");

        var keys = app.MapGroup("/api/keys").WithTags("Account");
        keys.MapGet("", KeysApi.ListAsync);
        keys.MapPost("", KeysApi.CreateAsync);
        keys.MapDelete("/{id}", KeysApi.RevokeAsync);
    }
}
