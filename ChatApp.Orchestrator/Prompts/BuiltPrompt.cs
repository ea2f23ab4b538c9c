using ChatApp.Orchestrator.Conversations.Answers;
using ChatApp.Orchestrator.Conversations.Messages;
using ChatApp.Orchestrator.Gateway.Routing;
using ChatApp.Orchestrator.Gateway.Wire;
using Microsoft.Extensions.AI;

namespace ChatApp.Orchestrator.Prompts;

/// <summary>A prompt by its layers, so that a receipt can tell them apart.</summary>
internal sealed record BuiltPrompt
{
    public required CatalogueModel Model { get; init; }

    /// <summary>Tokens that the prompt may have.</summary>
    public int Budget { get; init; }

    public required string System { get; init; }
    public SummaryRecord? Summary { get; init; }

    /// <summary>Older messages quoted because the question touches them.</summary>
    public IReadOnlyList<MessageRecord> Recalled { get; init; } = [];

    /// <summary>The newest messages, word for word, the question last.</summary>
    public IReadOnlyList<MessageRecord> Verbatim { get; init; } = [];

    /// <summary>What the model may call.</summary>
    public IReadOnlyList<AIFunctionDeclaration> Tools { get; init; } = [];

    /// <summary>Messages that are neither summarised nor quoted.</summary>
    public IReadOnlyList<MessageRecord> LeftOut { get; init; } = [];

    /// <summary>Images by the message that they came with.</summary>
    public IReadOnlyDictionary<Guid, IReadOnlyList<DataContent>> Images { get; init; } = new Dictionary<Guid, IReadOnlyList<DataContent>>();

    /// <summary>Policy, summary and quotations in one system message: templates allow one, at the start.</summary>
    public string SystemText
    {
        get
        {
            List<string> parts = [];
            if (System.Length > 0)
                parts.Add(System);
            if (Summary is not null)
                parts.Add($"Summary of the conversation so far:\n{Summary.Text}");
            if (Recalled.Count > 0)
                parts.Add("From earlier in the conversation:\n" + string.Join("\n", Recalled.Select(message => $"{message.Role}: {message.Text}")));
            return string.Join("\n\n", parts);
        }
    }

    public IReadOnlyList<ChatMessage> Messages
    {
        get
        {
            var system = SystemText;
            var messages = new List<ChatMessage>(Verbatim.Count + 1);
            if (system.Length > 0)
                messages.Add(new ChatMessage(ChatRole.System, system));
            messages.AddRange(Verbatim.SelectMany(ToMessages));
            return messages;
        }
    }

    private IReadOnlyList<ChatMessage> ToMessages(MessageRecord message) =>
        Images.TryGetValue(message.Id, out var images) ? [new ChatMessage(new ChatRole(message.Role), [new TextContent(message.Text), .. images])] : AnswerContent.ToMessages(message);

    /// <summary>What the viewer should know about what the model was not given word for word; null: it was given everything.</summary>
    public string? Trimmed => (Summary, LeftOut.Count) switch
    {
        (null, 0) => null,
        ({ } summary, 0) => $"The oldest {summary.Messages} messages reach the model as a summary.",
        ({ } summary, var left) => $"The oldest {summary.Messages} messages reach the model as a summary; {left} after them were left out.",
        (null, var left) => $"The oldest {left} messages did not fit and were left out.",
    };
}
