using System.Text;
using ChatApp.Orchestrator.Conversations.Answers;
using ChatApp.Orchestrator.Errors;
using ChatApp.Orchestrator.Gateway;
using ChatApp.Orchestrator.Gateway.Routing;
using ChatApp.Orchestrator.Metering;

namespace ChatApp.Orchestrator.Turns.Running;

/// <summary>
/// Puts on a turn's account what replicas generated for it before they died or handed it over: what they counted went with
/// them, what they wrote is in the draft. Each of their model runs read the prompt.
/// </summary>
internal sealed class EarlierOwners(LoadHistory loadHistory, ModelCatalogue catalogue, TokenCounter counter)
{
    /// <summary>Counts it once, before this owner adds to the draft.</summary>
    public async Task MeterAsync(TurnContext turn, CancellationToken cancellationToken)
    {
        if (turn.Turn.LeaseEpoch == 1 || turn.AreEarlierOwnersMetered)
            return;
        var rounds = turn.OwnSteps.Select(step => step.Round).Distinct().Count();
        var calls = string.Concat(turn.OwnSteps.Select(step => step.Name + step.Arguments));
        var text = turn.Draft.ToString(turn.InitialLength, turn.Draft.Length - turn.InitialLength) + turn.Reasoning + calls;
        if (text.Length > 0)
        {
            var model = turn.Built?.Model ?? await FindModelAsync(turn, cancellationToken);
            var runs = Math.Max(1, turn.Answer.Tail.Length > 0 ? rounds + 1 : rounds);
            var usage = new TokenUsage(
                runs * await CountPromptAsync(turn, model, cancellationToken), 0, model is null ? Estimate(text) : await counter.CountAsync(model, text, cancellationToken));
            turn.Tally.Add(model?.Routes is [{ Prices: var prices }, ..] ? prices.Charge(usage) : usage);
            turn.Tally.Generations += runs;
            if (turn.Tally.Model.Length == 0)
                turn.Tally.Model = model?.Id ?? "";
        }

        turn.AreEarlierOwnersMetered = true;
    }

    private async Task<int> CountPromptAsync(TurnContext turn, CatalogueModel? model, CancellationToken cancellationToken)
    {
        if (turn.Built is { } built)
        {
            return await counter.CountAsync(built.Model, built.Messages, built.Tools, cancellationToken)
                ?? Estimate(AnswerContent.PromptText(built.Messages));
        }

        if (turn.History.Count == 0)
            await loadHistory.RunAsync(turn, cancellationToken);
        var said = string.Concat(turn.History.Select(AnswerContent.PromptText));
        return model is null ? Estimate(said) : Math.Min(model.Options.ContextWindow, await counter.CountAsync(model, said, cancellationToken));
    }

    private async Task<CatalogueModel?> FindModelAsync(TurnContext turn, CancellationToken cancellationToken)
    {
        try
        {
            return await catalogue.ResolveAsync(turn.Order.Model, cancellationToken);
        }
        catch (RefusedException)
        {
            // Neither its tokenizer nor its price is known now.
            return null;
        }
    }

    private static int Estimate(string text) => GenerationMeter.Estimate(Encoding.UTF8.GetByteCount(text));
}
