using ChatApp.Orchestrator.Conversations;

namespace ChatApp.Orchestrator.Turns.Running;

/// <summary>Loads the path that leads to the answer: from Redis when it is certainly the right one, else from PostgreSQL.</summary>
internal sealed class LoadHistory(MessageStore messages, HotContext hotContext) : ITurnStage
{
    /// <summary>More messages than this never fit a prompt verbatim.</summary>
    private const int LongestPath = 400;

    public async Task RunAsync(TurnContext turn, CancellationToken cancellationToken)
    {
        var (owner, conversationId) = (turn.Turn.UserId, turn.Turn.ConversationId);
        var (question, parentTurn) = turn.Question is { } known
            ? (known.Message, known.ParentTurn)
            : await messages.GetQuestionAsync(owner, conversationId, turn.Turn.UserMessageId, cancellationToken);
        if (question.ParentId is not { } parent)
            turn.History = [question];
        else if (await (turn.Question?.HotPath ?? hotContext.LoadAsync(conversationId)) is { } hot && hot.LeadingTo(owner, parent, parentTurn, question.Seq - 1) is { } path)
            turn.History = [.. path, question];
        else
            turn.History = await messages.GetPathAsync(owner, conversationId, question.Id, LongestPath, cancellationToken);
    }
}
