using ChatApp.Orchestrator.Conversations;
using ChatApp.Orchestrator.Gateway;
using ChatApp.Orchestrator.Turns;
using Microsoft.Extensions.Options;

namespace ChatApp.Orchestrator.Prompts;

/// <summary>Puts a prompt together: policy and the caller's own system text first, then the conversation.</summary>
public sealed class PromptBuilder(IOptionsMonitor<PromptOptions> options)
{
    public IReadOnlyList<ChatMessage> Build(TurnOrder order, IReadOnlyList<MessageRecord> history)
    {
        var system = string.Join("\n\n", new[] { options.CurrentValue.SystemPolicy, order.System }.Where(text => !string.IsNullOrWhiteSpace(text)));
        var messages = new List<ChatMessage>(history.Count + 1);
        if (system.Length > 0)
            messages.Add(new ChatMessage(MessageRoles.System, system));
        messages.AddRange(history
            .Where(message => message.Text.Length > 0)
            .Select(message => new ChatMessage(message.Role, message.Text)));
        return messages;
    }
}
