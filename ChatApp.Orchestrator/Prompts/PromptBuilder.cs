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
        var bare = Bare(order, model);
        var attached = await attachments.AttachAsync(
            turn.UserId, model, history, (int)(bare.Budget * options.CurrentValue.FilesShare), options.CurrentValue.ImageTokens, cancellationToken);
        bare = bare with { Budget = Math.Max(bare.Budget / 2, bare.Budget - attached.ImageTokens), Tools = tools };
        var built = await BuildTextAsync(turn, bare, Spoken(attached.History), draft, cancellationToken);
        return built with { Images = attached.Images };
    }

    private async Task<BuiltPrompt> BuildTextAsync(TurnRecord turn, BuiltPrompt bare, List<MessageRecord> spoken, string draft, CancellationToken cancellationToken)
    {
        if (FitsForCertain(bare, spoken, draft))
            return bare with { Verbatim = spoken };

        var counted = await CountAsync(bare.Model, spoken, cancellationToken);
        var left = await LeftAsync(bare, draft, cancellationToken);
        var summary = await summaries.FindAsync(turn.UserId, turn.ConversationId, [.. spoken.Select(message => message.Id)], cancellationToken);
        return await VerifyAsync(await FitAsync(turn, bare, left, summary, counted, cancellationToken), draft, cancellationToken);
    }

    /// <summary>The prompt of a conversation that is stored nowhere: what does not fit is left out, and said so.</summary>
    /// <exception cref="RefusedException">The question alone is too long.</exception>
    public async Task<BuiltPrompt> BuildTemporaryAsync(
        TurnOrder order, CatalogueModel model, IReadOnlyList<MessageRecord> history, CancellationToken cancellationToken)
    {
        var bare = Bare(order, model);
        var spoken = Spoken(history);
        if (FitsForCertain(bare, spoken, ""))
            return bare with { Verbatim = spoken };

        var counted = await CountAsync(model, spoken, cancellationToken);
        var first = PromptBudget.FirstThatFits(counted, await LeftAsync(bare, "", cancellationToken));
        return await VerifyAsync(bare with { Verbatim = spoken[first..], LeftOut = spoken[..first] }, "", cancellationToken);
    }

    /// <summary>Definitions of tools as most templates write them.</summary>
    internal static string TextOf(IReadOnlyList<AIFunctionDeclaration> tools) =>
        string.Concat(tools.Select(tool => $"- {tool.Name}: {tool.Description} {tool.JsonSchema.GetRawText()}\n"));

    private static List<MessageRecord> Spoken(IReadOnlyList<MessageRecord> history) =>
        [.. history.Where(message => message.Text.Length > 0 || message is { Role: MessageRoles.Assistant, ContentJson: not null })];

    /// <summary>A prompt without a message.</summary>
    private BuiltPrompt Bare(TurnOrder order, CatalogueModel model)
    {
        var window = model.Options.ContextWindow;
        return new BuiltPrompt
        {
            Model = model,
            Budget = window - Math.Min(order.Sampling.MaxTokens ?? options.CurrentValue.AnswerTokens, window / 2),
            System = string.Join("\n\n", new[] { options.CurrentValue.SystemPolicy, order.System }.Where(text => !string.IsNullOrWhiteSpace(text))),
        };
    }

    private bool FitsForCertain(BuiltPrompt bare, List<MessageRecord> spoken, string draft)
    {
        var overhead = options.CurrentValue.MessageOverhead;
        var most = TokenCounter.UpperBound(bare.System + TextOf(bare.Tools)) + TokenCounter.UpperBound(draft) + (2 * overhead)
            + spoken.Sum(message => TokenCounter.UpperBound(AnswerContent.PromptText(message)) + overhead);
        return most <= bare.Budget;
    }

    /// <summary>Tokens that are left for messages.</summary>
    private async Task<int> LeftAsync(BuiltPrompt bare, string draft, CancellationToken cancellationToken)
    {
        var left = bare.Budget - (2 * options.CurrentValue.MessageOverhead);
        foreach (var text in (string[])[bare.System, draft, TextOf(bare.Tools)])
            left -= await counter.CountAsync(bare.Model, text, cancellationToken);
        return left;
    }

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
        TurnRecord turn, BuiltPrompt bare, int left, SummaryRecord? summary, List<PromptMessage> counted, CancellationToken cancellationToken)
    {
        var settings = options.CurrentValue;
        var covered = summary is null ? 0 : counted.FindIndex(message => message.Message.Id == summary.LastMessageId) + 1;
        var forSummary = summary is null ? 0 : await counter.CountAsync(bare.Model, summary.Text, cancellationToken) + settings.MessageOverhead;

        // Everything since the summary fits: nothing new to summarise.
        var first = PromptBudget.FirstThatFits(counted, left - forSummary);
        if (first <= covered)
            return Recalled(bare with { Summary = summary }, left - forSummary, counted, covered);

        // Make room at once for several turns to come.
        var share = Math.Max((int)((left - settings.SummaryTokens) * settings.VerbatimShare), counted[^1].Tokens);
        first = PromptBudget.FirstThatFits(counted, share);
        var older = counted.Skip(covered).Take(first - covered).Select(message => message.Message).ToList();
        try
        {
            var (extended, missed) = await summariser.ExtendAsync(turn.UserId, turn.ConversationId, summary, older, cancellationToken);
            var tokens = await counter.CountAsync(bare.Model, extended.Text, cancellationToken) + settings.MessageOverhead;
            return Recalled(bare with { Summary = extended, LeftOut = [.. older.TakeLast(missed)] }, left - tokens, counted, first);
        }
        catch (UpstreamException exception)
        {
            Log.SummaryFailed(logger, turn.Id, exception.Message);
            return Recalled(bare with { Summary = summary, LeftOut = older }, left - forSummary, counted, first);
        }
    }

    /// <summary>The messages from the first one on, and of those before it the ones that the question touches, while there is room.</summary>
    private BuiltPrompt Recalled(BuiltPrompt bare, int left, List<PromptMessage> counted, int first)
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

        return bare with { Recalled = recalled, Verbatim = [.. counted.Skip(first).Select(message => message.Message)] };
    }

    // Counts of parts add up to nearly the count of the whole, and "nearly" would be a refused request at the edge of the context.
    private async Task<BuiltPrompt> VerifyAsync(BuiltPrompt built, string draft, CancellationToken cancellationToken)
    {
        var forDraft = await counter.CountAsync(built.Model, draft, cancellationToken);
        while (await counter.CountAsync(built.Model, built.Messages, built.Tools, cancellationToken) is { } exact)
        {
            if (exact + forDraft <= built.Budget || built.Verbatim.Count == 1)
                break;
            built = built with { Recalled = [], Verbatim = [.. built.Verbatim.Skip(1)], LeftOut = [.. built.LeftOut, built.Verbatim[0]] };
        }

        return built;
    }
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
