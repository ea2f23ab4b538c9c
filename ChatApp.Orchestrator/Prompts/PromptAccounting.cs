using ChatApp.Orchestrator.Conversations.Answers;
using ChatApp.Orchestrator.Gateway;

namespace ChatApp.Orchestrator.Prompts;

/// <summary>Tells, beside the turn and not in its way, how many tokens each layer of its prompt had.</summary>
internal sealed class PromptAccounting(TokenCounter counter)
{
    public async Task<PromptTokens> CountAsync(BuiltPrompt prompt, CancellationToken cancellationToken)
    {
        var fresh = new Dictionary<Guid, int>();
        var verbatim = 0;
        foreach (var message in prompt.Verbatim)
        {
            if (message is { TokenCount: { } known } && message.TokenModel == prompt.Model.Id)
            {
                verbatim += known;
                continue;
            }

            var tokens = await counter.CountAsync(prompt.Model, AnswerContent.PromptText(message), cancellationToken);
            fresh[message.Id] = tokens;
            verbatim += tokens;
        }

        return new PromptTokens
        {
            System = await counter.CountAsync(prompt.Model, prompt.System, cancellationToken),
            Tools = await counter.CountAsync(prompt.Model, PromptBuilder.TextOf(prompt.Tools), cancellationToken),
            Summary = await counter.CountAsync(prompt.Model, prompt.Summary?.Text ?? "", cancellationToken),
            Recalled = await counter.CountAsync(prompt.Model, string.Join("\n", prompt.Recalled.Select(message => message.Text)), cancellationToken),
            Messages = verbatim,
            FreshCounts = fresh,
        };
    }
}

/// <summary>Tokens of a prompt by layer, without what the template adds.</summary>
internal sealed record PromptTokens
{
    /// <summary>Definitions of tools.</summary>
    public int Tools { get; init; }
    public int System { get; init; }
    public int Summary { get; init; }
    public int Recalled { get; init; }
    public int Messages { get; init; }

    /// <summary>Messages that were counted for the first time, to be stored with them.</summary>
    public IReadOnlyDictionary<Guid, int> FreshCounts { get; init; } = new Dictionary<Guid, int>();
}
