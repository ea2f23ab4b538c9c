using System.Text.Json;

namespace ChatApp.Orchestrator.Conversations.Sharing;

/// <summary>What a link shows: the active path at the time it was made, and nothing that tells whose it is.</summary>
public sealed record ShareSnapshot(string Title, DateTime CreatedAt, IReadOnlyList<ShareSnapshot.Message> Messages)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    public string Serialize() => JsonSerializer.Serialize(this, Json);

    public static ShareSnapshot Deserialize(string json) =>
        JsonSerializer.Deserialize<ShareSnapshot>(json, Json) ?? throw new InvalidOperationException("A shared snapshot is empty.");

    public sealed record Message(string Role, string Text, DateTime CreatedAt);
}
