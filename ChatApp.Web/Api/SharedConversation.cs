namespace ChatApp.Web.Api;

/// <summary>What a link shows to anyone who has it.</summary>
public sealed record SharedConversation(string? Title, DateTimeOffset CreatedAt, IReadOnlyList<SharedConversation.Message> Messages)
{
    public sealed record Message(string Role, string Text);
}
