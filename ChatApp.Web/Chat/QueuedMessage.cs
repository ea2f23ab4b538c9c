using ChatApp.Web.Turns;

namespace ChatApp.Web.Chat;

/// <summary>A message that waits until the running answer has ended.</summary>
public sealed record QueuedMessage(Guid Key, string Text, IReadOnlyList<AttachedFile> Files);
