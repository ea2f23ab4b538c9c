using ChatApp.Contracts.Ids;
using ChatApp.Orchestrator.Conversations.Answers;
using ChatApp.Orchestrator.Gateway;
using ChatApp.Orchestrator.Gateway.Routing;
using ChatApp.Orchestrator.Gateway.Wire;
using ChatApp.Orchestrator.Prompts;
using ChatApp.Orchestrator.Tools;

namespace ChatApp.Orchestrator.Turns.Running;

/// <summary>Makes the model's request out of policy, tools, history and the new message, within the model's context.</summary>
internal sealed class BuildPrompt(PromptBuilder prompts, ModelCatalogue catalogue, ToolRegistry tools) : ITurnStage
{
    public async Task RunAsync(TurnContext turn, CancellationToken cancellationToken)
    {
        var model = await catalogue.WaitForAsync(turn.Order.Model, () => turn.NotifyAsync(StartingModel.Code, StartingModel.Text, cancellationToken), cancellationToken);
        turn.Tally.Model = model.Id;
        turn.Prompt = new ModelRequest
        {
            Model = model.Id,
            Messages = [],
            Tools = tools.For(turn.Order, model),
            Sampling = turn.Order.Sampling with { Seed = turn.Order.Sampling.Seed ?? SeedOf(turn.Turn.Id) },
            User = turn.Turn.UserId,
            Conversation = turn.Turn.ConversationId.ToString(),
        };
        await FitAsync(turn, turn.Prompt, model, cancellationToken);
        turn.Receipt["sampling"] = turn.Prompt.Sampling;
        turn.Receipt["served"] = model.Served;
    }

    /// <summary>Makes room again when results of tools have come to the answer.</summary>
    public Task FitAgainAsync(TurnContext turn, CancellationToken cancellationToken) =>
        FitAsync(turn, turn.Prompt!, turn.Built!.Model, cancellationToken);

    private async Task FitAsync(TurnContext turn, ModelRequest prompt, CatalogueModel model, CancellationToken cancellationToken)
    {
        var draft = AnswerContent.PromptText(turn.Answer.ToMessages());
        var built = await prompts.BuildAsync(turn.Turn, turn.Order, model, turn.History, prompt.Tools, draft, cancellationToken);
        if (built.Trimmed is { } trimmed && trimmed != turn.Built?.Trimmed)
        {
            turn.Answer.Trimmed = trimmed;
            await turn.NotifyAsync(AnswerContent.ContextTrimmed, trimmed, cancellationToken);
        }

        turn.Built = built;
        turn.Prompt = prompt with { Messages = built.Messages };
        turn.Receipt["prompt"] = new
        {
            built.Budget,
            system = built.System,
            tools = built.Tools.Select(tool => tool.Name),
            summary = built.Summary is { } summary ? new { summary.Version, summary.Messages, summary.Text } : null,
            recalled = built.Recalled.Select(message => WireId.Format(WireId.Message, message.Id)),
            messages = built.Verbatim.Select(message => WireId.Format(WireId.Message, message.Id)),
            leftOut = built.LeftOut.Select(message => WireId.Format(WireId.Message, message.Id)),
        };
    }

    // One that every owner of the turn arrives at, so that going on elsewhere draws from the same source.
    private static long SeedOf(Guid turnId) => BitConverter.ToInt64(turnId.ToByteArray(), 8) & int.MaxValue;
}

/// <summary>What a viewer is told while the model's server starts.</summary>
internal static class StartingModel
{
    public const string Code = "queue";
    public const string Text = "The model's server is starting; the answer begins as soon as it is ready.";
}
