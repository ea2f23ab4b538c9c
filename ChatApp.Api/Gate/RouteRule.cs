namespace ChatApp.Api.Gate;

/// <summary>What holds for a route.</summary>
/// <param name="Access">Who may use it.</param>
/// <param name="Scope">What an API key must be allowed; null where keys are not accepted or any will do.</param>
/// <param name="Limit">The limit it is under.</param>
/// <param name="Owner">Where ownership is checked.</param>
public sealed record RouteRule(RouteAccess Access, string? Scope, RouteLimit Limit, RouteOwner Owner);
