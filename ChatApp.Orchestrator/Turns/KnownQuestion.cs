using ChatApp.Orchestrator.Conversations;

namespace ChatApp.Orchestrator.Turns;

/// <summary>The message that a turn answers, where whoever started the turn has it at hand.</summary>
/// <param name="Message">The user's message.</param>
/// <param name="ParentTurn">The turn that wrote the message before it last.</param>
public sealed record KnownQuestion(MessageRecord Message, Guid? ParentTurn)
{
    /// <summary>What Redis has of the conversation, asked for while the turn was begun; null: not asked.</summary>
    public Task<HotPath?>? HotPath { get; init; }
}
