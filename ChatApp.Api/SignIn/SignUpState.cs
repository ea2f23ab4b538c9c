namespace ChatApp.Api.SignIn;

/// <summary>What <c>GET /api/auth/sign-up</c> tells.</summary>
/// <param name="Allowed">People make accounts by themselves.</param>
/// <param name="FirstAccount">The next one would be the first, and may choose to be the administrator's.</param>
internal sealed record SignUpState(bool Allowed, bool FirstAccount);
