using ChatApp.Orchestrator.Conversations;

namespace ChatApp.Orchestrator.Prompts;

/// <summary>A message with its length in tokens of the model that is asked, template included.</summary>
public sealed record PromptMessage(MessageRecord Message, int Tokens);
