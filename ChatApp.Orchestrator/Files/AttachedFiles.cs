using ChatApp.Orchestrator.Conversations;
using ChatApp.Orchestrator.Gateway;

namespace ChatApp.Orchestrator.Files;

/// <summary>A history with its files.</summary>
/// <param name="History">Messages whose text quotes the text files that came with them.</param>
/// <param name="Images">The images by message.</param>
/// <param name="ImageTokens">What the images take of the prompt, about.</param>
public sealed record AttachedFiles(IReadOnlyList<MessageRecord> History, IReadOnlyDictionary<Guid, IReadOnlyList<ChatImage>> Images, int ImageTokens);
