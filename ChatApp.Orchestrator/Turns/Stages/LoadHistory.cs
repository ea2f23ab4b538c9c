using ChatApp.Orchestrator.Conversations;

namespace ChatApp.Orchestrator.Turns.Stages;

/// <summary>Loads the path that leads to the answer.</summary>
public sealed class LoadHistory(MessageStore messages) : ITurnStage
{
    /// <summary>More messages than this never fit a prompt verbatim.</summary>
    private const int LongestPath = 400;

    public async Task RunAsync(TurnContext turn, CancellationToken cancellationToken) =>
        turn.History = await messages.GetPathAsync(
            turn.Turn.UserId, turn.Turn.ConversationId, turn.Turn.UserMessageId, LongestPath, cancellationToken);
}
