namespace ChatApp.Web.Api;

/// <summary>An OpenID Connect provider that one can sign in with.</summary>
public sealed record SignInProvider(string Name, string DisplayName);
