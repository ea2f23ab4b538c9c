using System.Text.Json;

namespace ChatApp.Web.Api;

/// <summary>One message of the tree as the Api stores it.</summary>
public sealed record MessageRecord
{
    public required string Id { get; init; }

    public string? ParentId { get; init; }

    public long Seq { get; init; }

    public required string Role { get; init; }

    public string? Text { get; init; }

    public string? Status { get; init; }

    public string? Model { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>Structured content: parts, tool calls, citations.</summary>
    public JsonElement? Content { get; init; }

    public int TokenCount { get; init; }

    public string? TurnId { get; init; }
}
