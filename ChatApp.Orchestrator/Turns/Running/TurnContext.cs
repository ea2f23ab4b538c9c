using System.Text;
using ChatApp.Orchestrator.Conversations.Answers;
using ChatApp.Orchestrator.Conversations.Messages;
using ChatApp.Orchestrator.Gateway.Wire;
using ChatApp.Orchestrator.Prompts;
using ChatApp.Orchestrator.Tools;
using ChatApp.Orchestrator.Turns.Events;
using ChatApp.Orchestrator.Turns.Records;
using ChatApp.Orchestrator.V1;

namespace ChatApp.Orchestrator.Turns.Running;

/// <summary>A turn on its way through the pipeline: each stage adds what the next ones need.</summary>
internal sealed class TurnContext(TurnRecord turn, TurnOrder order, TurnWriter writer, FoldedTurn soFar, long startedAt)
{
    public TurnRecord Turn { get; } = turn;

    public TurnOrder Order { get; } = order;

    /// <summary>When this replica began to run the turn, as a timestamp of its clock.</summary>
    public long StartedAt { get; } = startedAt;

    /// <summary>What the turn answers; null: to be read.</summary>
    public KnownQuestion? Question { get; init; }

    /// <summary>The messages before the answer, oldest first.</summary>
    public IReadOnlyList<MessageRecord> History { get; set; } = [];

    /// <summary>The prompt by its layers.</summary>
    public BuiltPrompt? Built { get; set; }

    /// <summary>What the model is asked.</summary>
    public ModelRequest? Prompt { get; set; }

    /// <summary>The answer so far: what an earlier owner wrote, then what this one adds.</summary>
    public StringBuilder Draft { get; } = new(soFar.Text);

    /// <summary>The same in its parts: text, and the calls of tools in between.</summary>
    public AnswerDraft Answer { get; } = soFar.Answer;

    /// <summary>How often the model has called tools in this turn.</summary>
    public int ToolRounds { get; set; }

    /// <summary>The calls of this turn, without those that a continued message had before.</summary>
    public IEnumerable<ToolStep> OwnSteps =>
        Answer.Steps.Where(step => step.Id.StartsWith($"call_{Turn.Id:N}_", StringComparison.Ordinal));

    public StringBuilder Reasoning { get; } = new(soFar.Reasoning);

    public GenerationTally Tally { get; } = new();

    /// <summary>What was generated for the turn before this replica ran it is in the tally.</summary>
    public bool AreEarlierOwnersMetered { get; set; }

    /// <summary>Counts the prompt's layers while the model answers.</summary>
    public Task<PromptTokens>? Accounting { get; set; }

    /// <summary>Text that the answer had before this turn began.</summary>
    public int InitialLength => Order.InitialText?.Length ?? 0;

    public string FinishReason { get; set; } = "";

    /// <summary>What the turn's receipt will say, by section.</summary>
    public Dictionary<string, object?> Receipt { get; } = [];

    public ValueTask ShowTextAsync(string text, CancellationToken cancellationToken)
    {
        Draft.Append(text);
        Answer.Append(text);
        return writer.WriteAsync(new TurnEvent { Text = new TextDelta { Text = text } }, cancellationToken);
    }

    public ValueTask ShowReasoningAsync(string text, CancellationToken cancellationToken)
    {
        Reasoning.Append(text);
        Answer.AppendReasoning(text);
        return writer.WriteAsync(new TurnEvent { Reasoning = new TextDelta { Text = text } }, cancellationToken);
    }

    /// <summary>Shows a call that is on record.</summary>
    public ValueTask ShowCallAsync(ToolStep step, CancellationToken cancellationToken)
    {
        Answer.Add(step);
        var call = new ToolCallEvent { Id = step.Id, Name = step.Name, ArgumentsJson = step.Arguments, Round = step.Round };
        return writer.WriteAsync(new TurnEvent { ToolCall = call }, cancellationToken);
    }

    /// <summary>Shows what came of a call.</summary>
    public ValueTask ShowResultAsync(ToolStep step, CancellationToken cancellationToken)
    {
        Answer.Finish(step);
        var result = new ToolResultEvent { Id = step.Id, Content = step.Result ?? "", Failed = step.IsFailed, Status = step.Status, DurationMs = step.DurationMs };
        return writer.WriteAsync(new TurnEvent { ToolResult = result }, cancellationToken);
    }

    public ValueTask NotifyAsync(string code, string text, CancellationToken cancellationToken) =>
        writer.WriteAsync(new TurnEvent { Notice = new Notice { Code = code, Text = text } }, cancellationToken);
}
