using ChatApp.Orchestrator.Conversations.Messages;
using ChatApp.Orchestrator.V1;

namespace ChatApp.Orchestrator.Turns.Records;

/// <param name="Turn">The turn that answers the request.</param>
/// <param name="First">Its first event, when it is to be run now; null when the request id had started it before.</param>
/// <param name="Question">What it answers; null: to be read.</param>
internal sealed record StartedTurn(TurnRecord Turn, TurnEvent? First, KnownQuestion? Question = null);

/// <summary>The message that a turn answers, where whoever started the turn has it at hand.</summary>
/// <param name="Message">The user's message.</param>
/// <param name="ParentTurn">The turn that wrote the message before it last.</param>
internal sealed record KnownQuestion(MessageRecord Message, Guid? ParentTurn)
{
    /// <summary>What Redis has of the conversation, asked for while the turn was begun; null: not asked.</summary>
    public Task<HotPath?>? HotPath { get; init; }
}
