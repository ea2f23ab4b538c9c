using ChatApp.Web.Api;

namespace ChatApp.Web.Chat;

/// <summary>What the prerendered frame of the page had read.</summary>
public sealed record PrerenderedShell(ConversationPage Conversations, IReadOnlyList<ModelInfo> Models, UserProfile? Me);
