namespace ChatApp.Api.Abuse;

/// <summary>A row of <c>identity.bans</c>.</summary>
internal sealed record Ban
{
    public const string Address = "address";
    public const string Device = "device";

    public Guid Id { get; init; }

    public required string Kind { get; init; }

    public required string Value { get; init; }

    public string? Reason { get; init; }

    public DateTime? Until { get; init; }

    public DateTime CreatedAt { get; init; }
}
