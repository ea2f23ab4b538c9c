using ChatApp.Orchestrator.Conversations;
using ChatApp.Orchestrator.Conversations.Answers;
using ChatApp.Orchestrator.Conversations.Changes;
using ChatApp.Orchestrator.Conversations.Messages;
using ChatApp.Orchestrator.Conversations.Titles;
using ChatApp.Orchestrator.Turns.Records;

namespace ChatApp.Orchestrator.Turns.Running;

/// <summary>What a turn's stored end means for the rest: lists that show the conversation, its next turn, its title.</summary>
internal sealed class TurnFollowUp(HotContext hotContext, TitleWriter titles, ConversationChanges changes)
{
    public async Task EndedAsync(TurnContext context, TurnOutcome outcome)
    {
        Changed(context.Turn);
        await KeepHotAsync(context, outcome);
        if (outcome.Status == TurnStatus.Completed)
            titles.Consider(context.Turn.UserId, context.Turn.ConversationId);
    }

    /// <summary>Tells those who show the conversation.</summary>
    public void Changed(TurnRecord turn) => changes.Announce(turn.UserId, turn.ConversationId);

    private Task KeepHotAsync(TurnContext context, TurnOutcome outcome)
    {
        var turn = context.Turn;
        if (context.History is not [.., { } question])
            return Task.CompletedTask;
        var answer = new MessageRecord
        {
            Id = turn.AssistantMessageId,
            ConversationId = turn.ConversationId,
            ParentId = turn.UserMessageId,
            Seq = question.Seq + 1,
            Role = MessageRoles.Assistant,
            Text = context.Draft.ToString(),
            ContentJson = AnswerContent.Serialize(context.Answer),
            Status = outcome.Status,
            Model = outcome.Model,
            TurnId = turn.Id,
            TokenCount = outcome.AnswerTokens,
            TokenModel = outcome.Model,
        };
        return hotContext.KeepAsync(turn.ConversationId, turn.UserId, answer.Seq, [.. context.History, answer]);
    }
}
