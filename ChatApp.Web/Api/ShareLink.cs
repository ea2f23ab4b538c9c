namespace ChatApp.Web.Api;

/// <summary>A link to a conversation as it was. <see cref="Token"/> is there once, when it is made.</summary>
public sealed record ShareLink(string Id, string? Token, DateTimeOffset CreatedAt);
