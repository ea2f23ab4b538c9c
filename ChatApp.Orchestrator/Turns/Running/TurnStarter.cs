using ChatApp.Orchestrator.Conversations;
using ChatApp.Orchestrator.Conversations.Changes;
using ChatApp.Orchestrator.Turns.Records;
using ChatApp.Orchestrator.Turns.Starting;

namespace ChatApp.Orchestrator.Turns.Running;

/// <summary>Stores a new turn and lets it run here.</summary>
internal sealed class TurnStarter(TurnStore store, TurnSupervisor supervisor, HotContext hotContext, ConversationChanges changes)
{
    /// <returns>The turn's id: of the new one, or of the one that has its request id.</returns>
    /// <exception cref="Errors.RefusedException">The conversation is not there, is busy or has moved on, or the request id was used for something else.</exception>
    public async Task<Guid> StartAsync(string owner, NewTurn turn, CancellationToken cancellationToken)
    {
        // Asked for at the same time as PostgreSQL, and believed only when what was stored there says so.
        var hotPath = turn.ConversationId is { } conversation ? hotContext.LoadAsync(conversation) : null;
        var started = await store.StartAsync(owner, turn, cancellationToken);
        if (started.First is { } first)
        {
            supervisor.Launch(started.Turn, [first], started.Question is { } question ? question with { HotPath = hotPath } : null);
            changes.Announce(owner, started.Turn.ConversationId);
        }

        return started.Turn.Id;
    }
}
