namespace ChatApp.Api.Callers;

/// <summary>A user as the edge knows them: id (UUID), role and plan.</summary>
internal sealed record Caller(string UserId, string Role, string Plan)
{
    /// <summary>Whoever uses a product that has no accounts yet.</summary>
    public static Caller Local { get; } = new("00000000-0000-7000-8000-000000000001", Role: "user", Plan: "unlimited");
}
