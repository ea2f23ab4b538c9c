using ChatApp.Orchestrator.Gateway;
using ChatApp.Orchestrator.Prompts;

namespace ChatApp.Orchestrator.Turns.Stages;

/// <summary>Makes the model's request out of policy, history and the new message.</summary>
public sealed class BuildPrompt(PromptBuilder prompts, ModelCatalogue catalogue) : ITurnStage
{
    public async Task RunAsync(TurnContext turn, CancellationToken cancellationToken)
    {
        var model = await catalogue.ResolveAsync(turn.Order.Model, cancellationToken);
        turn.Tally.Model = model.Id;
        turn.Prompt = new ChatRequest
        {
            Model = model.Id,
            Messages = prompts.Build(turn.Order, turn.History),
            Sampling = turn.Order.Sampling,
            User = turn.Turn.UserId,
            Conversation = turn.Turn.ConversationId.ToString(),
        };
    }
}
