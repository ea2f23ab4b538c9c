using ChatApp.Orchestrator.Conversations.Answers;
using ChatApp.Orchestrator.Conversations.Messages;
using ChatApp.Orchestrator.Errors;
using ChatApp.Orchestrator.Files;
using ChatApp.Orchestrator.Gateway;
using ChatApp.Orchestrator.Gateway.Routing;
using ChatApp.Orchestrator.Gateway.Wire;
using ChatApp.Orchestrator.Logging;
using ChatApp.Orchestrator.Turns.Records;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Options;

namespace ChatApp.Orchestrator.Prompts;

/// <summary>
/// Fits a conversation into the model's context: policy and the caller's system text, a summary of what is older, older
/// messages that the question touches, then the newest messages word for word.
/// </summary>
internal sealed class PromptBuilder(
    TokenCounter counter, SummaryStore summaries, Summariser summariser, Attachments attachments, IOptionsMonitor<PromptOptions> options, ILogger<PromptBuilder> logger)
{
    /// <summary>The prompt of a stored turn.</summary>
    /// <param name="turn">The turn.</param>
    /// <param name="order">What it was asked to do.</param>
    /// <param name="model">Who is asked.</param>
    /// <param name="history">The messages before the answer.</param>
    /// <param name="tools">What the model may call.</param>
    /// <param name="draft">All text of the answer so far, results of tools included.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="RefusedException">The question alone is too long.</exception>
    public async Task<BuiltPrompt> BuildAsync(
        TurnRecord turn, TurnOrder order, CatalogueModel model, IReadOnlyList<MessageRecord> history, IReadOnlyList<AIFunctionDeclaration> tools, string draft,
        CancellationToken cancellationToken)
    {
        var whole = Budget(order, model);
        var attached = await attachments.AttachAsync(
            turn.UserId, model, history, (int)(whole * options.CurrentValue.FilesShare), options.CurrentValue.ImageTokens, cancellationToken);
        var built = await BuildTextAsync(
            turn, System(order), model, Spoken(attached.History), Math.Max(whole / 2, whole - attached.ImageTokens), tools, draft, cancellationToken);
        return built with { Images = attached.Images };
    }

    private async Task<BuiltPrompt> BuildTextAsync(
        TurnRecord turn, string system, CatalogueModel model, List<MessageRecord> spoken, int budget, IReadOnlyList<AIFunctionDeclaration> tools, string draft,
        CancellationToken cancellationToken)
    {
        if (FitsForCertain(system + TextOf(tools), spoken, draft, budget))
            return Assemble(model, budget, system, null, [], spoken, []) with { Tools = tools };

        var counted = await CountAsync(model, spoken, cancellationToken);
        var left = budget - await FixedTokensAsync(model, system, draft, cancellationToken) - await counter.CountAsync(model, TextOf(tools), cancellationToken);
        var summary = await summaries.FindAsync(turn.UserId, turn.ConversationId, [.. spoken.Select(message => message.Id)], cancellationToken);
        var built = await FitAsync(turn, model, budget, left, system, summary, counted, cancellationToken);
        return await VerifyAsync(model, budget, draft, built with { Tools = tools }, cancellationToken);
    }

    /// <summary>The prompt of a conversation that is stored nowhere: what does not fit is left out, and said so.</summary>
    /// <exception cref="RefusedException">The question alone is too long.</exception>
    public async Task<BuiltPrompt> BuildTemporaryAsync(
        TurnOrder order, CatalogueModel model, IReadOnlyList<MessageRecord> history, CancellationToken cancellationToken)
    {
        var system = System(order);
        var spoken = Spoken(history);
        var budget = Budget(order, model);
        if (FitsForCertain(system, spoken, "", budget))
            return Assemble(model, budget, system, null, [], spoken, []);

        var counted = await CountAsync(model, spoken, cancellationToken);
        var first = PromptBudget.FirstThatFits(counted, budget - await FixedTokensAsync(model, system, "", cancellationToken));
        var built = Assemble(model, budget, system, null, [], spoken[first..], spoken[..first]);
        return await VerifyAsync(model, budget, "", built, cancellationToken);
    }

    /// <summary>Definitions of tools as most templates write them.</summary>
    internal static string TextOf(IReadOnlyList<AIFunctionDeclaration> tools) =>
        string.Concat(tools.Select(tool => $"- {tool.Name}: {tool.Description} {tool.JsonSchema.GetRawText()}\n"));

    private string System(TurnOrder order) =>
        string.Join("\n\n", new[] { options.CurrentValue.SystemPolicy, order.System }.Where(text => !string.IsNullOrWhiteSpace(text)));

    private static List<MessageRecord> Spoken(IReadOnlyList<MessageRecord> history) =>
        [.. history.Where(message => message.Text.Length > 0 || message is { Role: MessageRoles.Assistant, ContentJson: not null })];

    private int Budget(TurnOrder order, CatalogueModel model)
    {
        var window = model.Options.ContextWindow;
        return window - Math.Min(order.Sampling.MaxTokens ?? options.CurrentValue.AnswerTokens, window / 2);
    }

    private bool FitsForCertain(string system, List<MessageRecord> spoken, string draft, int budget)
    {
        var overhead = options.CurrentValue.MessageOverhead;
        var most = TokenCounter.UpperBound(system) + TokenCounter.UpperBound(draft) + (2 * overhead)
            + spoken.Sum(message => TokenCounter.UpperBound(AnswerContent.PromptText(message)) + overhead);
        return most <= budget;
    }

    private async Task<int> FixedTokensAsync(CatalogueModel model, string system, string draft, CancellationToken cancellationToken) =>
        await counter.CountAsync(model, system, cancellationToken) + await counter.CountAsync(model, draft, cancellationToken)
        + (2 * options.CurrentValue.MessageOverhead);

    private async Task<List<PromptMessage>> CountAsync(CatalogueModel model, List<MessageRecord> spoken, CancellationToken cancellationToken)
    {
        var counted = new List<PromptMessage>(spoken.Count);
        foreach (var message in spoken)
        {
            var tokens = message is { TokenCount: { } known } && message.TokenModel == model.Id
                ? known
                : await counter.CountAsync(model, AnswerContent.PromptText(message), cancellationToken);
            counted.Add(new PromptMessage(message, tokens + options.CurrentValue.MessageOverhead));
        }

        return counted;
    }

    private async Task<BuiltPrompt> FitAsync(
        TurnRecord turn, CatalogueModel model, int budget, int left, string system, SummaryRecord? summary, List<PromptMessage> counted,
        CancellationToken cancellationToken)
    {
        var settings = options.CurrentValue;
        var covered = summary is null ? 0 : counted.FindIndex(message => message.Message.Id == summary.LastMessageId) + 1;
        var forSummary = summary is null ? 0 : await counter.CountAsync(model, summary.Text, cancellationToken) + settings.MessageOverhead;

        // Everything since the summary fits: nothing new to summarise.
        var first = PromptBudget.FirstThatFits(counted, left - forSummary);
        if (first <= covered)
            return Recalled(model, budget, left - forSummary, system, summary, counted, covered, []);

        // Make room at once for several turns to come.
        var share = Math.Max((int)((left - settings.SummaryTokens) * settings.VerbatimShare), counted[^1].Tokens);
        first = PromptBudget.FirstThatFits(counted, share);
        var older = counted.Skip(covered).Take(first - covered).Select(message => message.Message).ToList();
        try
        {
            var (extended, missed) = await summariser.ExtendAsync(turn.UserId, turn.ConversationId, summary, older, cancellationToken);
            var tokens = await counter.CountAsync(model, extended.Text, cancellationToken) + settings.MessageOverhead;
            return Recalled(model, budget, left - tokens, system, extended, counted, first, [.. older.TakeLast(missed)]);
        }
        catch (UpstreamException exception)
        {
            Log.SummaryFailed(logger, turn.Id, exception.Message);
            return Recalled(model, budget, left - forSummary, system, summary, counted, first, older);
        }
    }

    private BuiltPrompt Recalled(
        CatalogueModel model, int budget, int left, string system, SummaryRecord? summary, List<PromptMessage> counted, int first,
        IReadOnlyList<MessageRecord> leftOut)
    {
        var room = left - counted.Skip(first).Sum(message => message.Tokens);
        var older = counted.Take(first).ToList();
        var recalled = new List<MessageRecord>();
        foreach (var index in Recall.Select([.. older.Select(message => message.Message.Text)], counted[^1].Message.Text, options.CurrentValue.RecalledMessages))
        {
            room -= older[index].Tokens;
            if (room >= 0)
                recalled.Add(older[index].Message);
        }

        return Assemble(model, budget, system, summary, recalled, [.. counted.Skip(first).Select(message => message.Message)], leftOut);
    }

    // Counts of parts add up to nearly the count of the whole, and "nearly" would be a refused request at the edge of the context.
    private async Task<BuiltPrompt> VerifyAsync(
        CatalogueModel model, int budget, string draft, BuiltPrompt built, CancellationToken cancellationToken)
    {
        var forDraft = await counter.CountAsync(model, draft, cancellationToken);
        while (await counter.CountAsync(model, built.Messages, built.Tools, cancellationToken) is { } exact)
        {
            if (exact + forDraft <= budget || built.Verbatim.Count == 1)
                break;
            var shorter = Assemble(model, budget, built.System, built.Summary, [], [.. built.Verbatim.Skip(1)], [.. built.LeftOut, built.Verbatim[0]]);
            built = shorter with { Tools = built.Tools };
        }

        return built;
    }

    private static BuiltPrompt Assemble(
        CatalogueModel model, int budget, string system, SummaryRecord? summary, IReadOnlyList<MessageRecord> recalled,
        IReadOnlyList<MessageRecord> verbatim, IReadOnlyList<MessageRecord> leftOut) =>
        new()
        {
            Model = model,
            Budget = budget,
            System = system,
            Summary = summary,
            Recalled = recalled,
            Verbatim = verbatim,
            LeftOut = leftOut,
        };
}

/// <summary>Which messages a prompt holds: the newest ones, without a hole, as many as fit.</summary>
internal static class PromptBudget
{
    /// <returns>The index of the first message that is kept; 0 when all are.</returns>
    /// <param name="messages">Oldest first; the last is the question and is always kept.</param>
    /// <param name="budget">Tokens for all of them.</param>
    /// <exception cref="RefusedException">Even the question alone does not fit.</exception>
    public static int FirstThatFits(IReadOnlyList<PromptMessage> messages, int budget)
    {
        var first = messages.Count - 1;
        var used = messages[first].Tokens;
        if (used > budget)
            throw new RefusedException(Refusal.Invalid, "context_length_exceeded",
                $"The message has {used} tokens; with everything else that the prompt must hold, {Math.Max(0, budget)} are left for it in this model's context. Shorten it or choose a model with a longer context.")
            { Param = "content" };

        while (first > 0 && used + messages[first - 1].Tokens <= budget)
            used += messages[--first].Tokens;
        return first;
    }
}

/// <summary>A message with its length in tokens of the model that is asked, template included.</summary>
internal sealed record PromptMessage(MessageRecord Message, int Tokens);
