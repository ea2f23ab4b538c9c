using ChatApp.Orchestrator.Gateway;
using ChatApp.Orchestrator.Turns;

namespace ChatApp.Orchestrator.Prompts;

/// <summary>Tells, beside the turn and not in its way, how many tokens each layer of its prompt had.</summary>
public sealed class PromptAccounting(TokenCounter counter)
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
