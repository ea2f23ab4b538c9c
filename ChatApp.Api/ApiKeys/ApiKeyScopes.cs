namespace ChatApp.Api.ApiKeys;

/// <summary>What an API key may be used for. A signed-in person has all of them.</summary>
internal static class ApiKeyScopes
{
    public const string Chat = "chat";
    public const string Embeddings = "embeddings";
    public const string Models = "models";
    public const string ReadConversations = "conversations:read";
    public const string WriteConversations = "conversations:write";
    public const string Usage = "usage";

    public static IReadOnlyList<string> All { get; } = [Chat, Embeddings, Models, ReadConversations, WriteConversations, Usage];
}
