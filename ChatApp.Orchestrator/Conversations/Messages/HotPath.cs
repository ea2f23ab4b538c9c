namespace ChatApp.Orchestrator.Conversations.Messages;

/// <summary>The newest path of a conversation as <see cref="HotContext"/> keeps it.</summary>
internal sealed record HotPath(string Owner, long Seq, IReadOnlyList<MessageRecord> Path)
{
    /// <summary>The path that leads to a message, or null when this is another one.</summary>
    /// <param name="owner">Whose it must be.</param>
    /// <param name="leaf">The message that the path has to end with.</param>
    /// <param name="leafTurn">The turn that wrote it last.</param>
    /// <param name="seq">The sequence number that the conversation was at.</param>
    public IReadOnlyList<MessageRecord>? LeadingTo(string owner, Guid leaf, Guid? leafTurn, long seq) =>
        Path is [.., var last] && Owner == owner && Seq == seq && last.Id == leaf && last.TurnId == leafTurn ? Path : null;
}
