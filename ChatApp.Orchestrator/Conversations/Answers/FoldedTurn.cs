using System.Text;
using ChatApp.Orchestrator.Tools;
using ChatApp.Orchestrator.V1;

namespace ChatApp.Orchestrator.Conversations.Answers;

/// <summary>What a turn's events amount to: what a viewer of them has on screen.</summary>
internal sealed record FoldedTurn(string Text, string Reasoning, AnswerDraft Answer, TurnEnded? Ended)
{
    /// <param name="events">From the first on.</param>
    /// <param name="initialContent">Structured content that the message had before the turn continued it.</param>
    public static FoldedTurn Of(IEnumerable<TurnEvent> events, string? initialContent = null)
    {
        var text = new StringBuilder();
        var reasoning = new StringBuilder();
        var answer = initialContent is null ? new AnswerDraft() : AnswerContent.Parse(initialContent);
        TurnEnded? ended = null;
        foreach (var turnEvent in events)
        {
            switch (turnEvent.EventCase)
            {
                case TurnEvent.EventOneofCase.Started:
                    text.Append(turnEvent.Started.InitialText);
                    if (initialContent is null)
                        answer.Append(turnEvent.Started.InitialText);
                    break;
                case TurnEvent.EventOneofCase.Text:
                    text.Append(turnEvent.Text.Text);
                    answer.Append(turnEvent.Text.Text);
                    break;
                case TurnEvent.EventOneofCase.Reasoning:
                    reasoning.Append(turnEvent.Reasoning.Text);
                    answer.AppendReasoning(turnEvent.Reasoning.Text);
                    break;
                case TurnEvent.EventOneofCase.ToolCall:
                    answer.Add(Step(turnEvent.ToolCall));
                    break;
                case TurnEvent.EventOneofCase.ToolResult:
                    if (answer.Steps.FirstOrDefault(step => step.Id == turnEvent.ToolResult.Id) is { } called)
                        answer.Finish(Finished(called, turnEvent.ToolResult));
                    break;
                case TurnEvent.EventOneofCase.Notice when turnEvent.Notice.Code == AnswerContent.ContextTrimmed:
                    answer.Trimmed = turnEvent.Notice.Text;
                    break;
                case TurnEvent.EventOneofCase.Ended:
                    ended = turnEvent.Ended;
                    break;
            }
        }

        return new FoldedTurn(text.ToString(), reasoning.ToString(), answer, ended);
    }

    private static ToolStep Step(ToolCallEvent call) =>
        new() { Id = call.Id, Round = call.Round, Name = call.Name, Arguments = call.ArgumentsJson };

    private static ToolStep Finished(ToolStep step, ToolResultEvent result) => step with
    {
        Result = result.Content,
        Status = result.Status,
        DurationMs = result.DurationMs,
    };
}
