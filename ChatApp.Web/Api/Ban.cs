namespace ChatApp.Web.Api;

/// <summary>An address, network or device that gets nothing.</summary>
public sealed record Ban
{
    public string? Id { get; init; }

    /// <summary><c>address</c> or <c>device</c>.</summary>
    public required string Kind { get; init; }

    public required string Value { get; init; }

    public string? Reason { get; init; }

    /// <summary>Null: for good.</summary>
    public DateTimeOffset? Until { get; init; }

    public DateTimeOffset? CreatedAt { get; init; }
}
