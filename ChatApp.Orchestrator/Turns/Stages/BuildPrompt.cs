using ChatApp.Orchestrator.Gateway;
using ChatApp.Orchestrator.Ids;
using ChatApp.Orchestrator.Prompts;

namespace ChatApp.Orchestrator.Turns.Stages;

/// <summary>Makes the model's request out of policy, history and the new message, within the model's context.</summary>
public sealed class BuildPrompt(PromptBuilder prompts, PromptAccounting accounting, ModelCatalogue catalogue) : ITurnStage
{
    public async Task RunAsync(TurnContext turn, CancellationToken cancellationToken)
    {
        var model = await catalogue.ResolveAsync(turn.Order.Model, cancellationToken);
        turn.Tally.Model = model.Id;
        var built = await prompts.BuildAsync(turn.Turn, turn.Order, model, turn.History, turn.Draft.ToString(), cancellationToken);
        if (built.Trimmed is { } trimmed)
            await turn.NotifyAsync("context_trimmed", trimmed, cancellationToken);

        turn.Built = built;
        turn.Accounting = accounting.CountAsync(built, cancellationToken);
        turn.Prompt = new ChatRequest
        {
            Model = model.Id,
            Messages = built.Messages,
            Sampling = turn.Order.Sampling with { Seed = turn.Order.Sampling.Seed ?? SeedOf(turn.Turn.Id) },
            User = turn.Turn.UserId,
            Conversation = turn.Turn.ConversationId.ToString(),
        };
        turn.Receipt["prompt"] = new
        {
            built.Budget,
            system = built.System,
            summary = built.Summary is { } summary ? new { summary.Version, summary.Messages, summary.Text } : null,
            recalled = built.Recalled.Select(message => WireId.Format(WireId.Message, message.Id)),
            messages = built.Verbatim.Select(message => WireId.Format(WireId.Message, message.Id)),
            leftOut = built.LeftOut.Select(message => WireId.Format(WireId.Message, message.Id)),
        };
        turn.Receipt["sampling"] = turn.Prompt.Sampling;
        turn.Receipt["served"] = model.Served;
    }

    // One that every owner of the turn arrives at, so that going on elsewhere draws from the same source.
    private static long SeedOf(Guid turnId) => BitConverter.ToInt64(turnId.ToByteArray(), 8) & int.MaxValue;
}
