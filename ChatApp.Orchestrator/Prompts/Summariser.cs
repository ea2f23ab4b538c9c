using System.Text;
using ChatApp.Orchestrator.Conversations.Messages;
using ChatApp.Orchestrator.Gateway;
using ChatApp.Orchestrator.Gateway.Routing;
using ChatApp.Orchestrator.Gateway.Wire;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Options;

namespace ChatApp.Orchestrator.Prompts;

/// <summary>Turns messages that no longer fit into a stored summary, building on the one before: what was read once is not read again.</summary>
internal sealed class Summariser(
    GatewayChatClients models, ModelCatalogue catalogue, SummaryStore summaries, IOptionsMonitor<PromptOptions> options)
{
    private const string Instruction =
        "Summarise the conversation below for someone who has to go on with it: who wants what, names, numbers, decisions, open questions. Answer with the summary alone.";

    /// <summary>Extends a summary by the messages that follow it.</summary>
    /// <returns>The new summary, and how many of the messages it could not take in.</returns>
    /// <exception cref="UpstreamException">The model could not be asked.</exception>
    public async Task<(SummaryRecord Summary, int Missed)> ExtendAsync(
        string owner, Guid conversationId, SummaryRecord? previous, IReadOnlyList<MessageRecord> messages, CancellationToken cancellationToken)
    {
        var settings = options.CurrentValue;
        var model = await catalogue.ResolveBackgroundAsync(cancellationToken);
        var room = Math.Max(256, model.Options.ContextWindow - (2 * settings.SummaryTokens) - 128);
        var next = 0;
        var current = previous;
        for (var step = 0; step < settings.SummarySteps && next < messages.Count; step++)
        {
            var before = next;
            var taken = Transcript(messages, ref next, room);
            var text = await AskAsync(owner, model, current?.Text, taken, settings.SummaryTokens, cancellationToken);
            if (text.Length == 0)
            {
                // As of a model that thought until its room was used up. Stored, it would stand for the messages for ever.
                next = before;
                if (step == 0)
                    throw new UpstreamException(model.Id, UpstreamFailure.Malformed, "The model wrote an empty summary.");
                break;
            }

            current = new SummaryRecord
            {
                LastMessageId = messages[next - 1].Id,
                Version = (current?.Version ?? 0) + 1,
                Messages = (previous?.Messages ?? 0) + next,
                Text = text,
            };
        }

        if (current is null)
            throw new UpstreamException("none", UpstreamFailure.Refused, "Summaries are switched off (Prompts:SummarySteps is 0).");
        if (next > 0)
            await summaries.SaveAsync(owner, conversationId, current, model.Id, cancellationToken);
        return (current, messages.Count - next);
    }

    // A message longer than all the room is cut: its beginning says more than nothing.
    private static string Transcript(IReadOnlyList<MessageRecord> messages, ref int next, int room)
    {
        var transcript = new StringBuilder();
        var used = 0;
        while (next < messages.Count)
        {
            var line = $"{messages[next].Role}: {messages[next].Text}\n";
            if (used > 0 && used + TokenCounter.UpperBound(line) > room)
                break;
            var cut = Cut(line, room);
            transcript.Append(cut);
            used += TokenCounter.UpperBound(cut);
            next++;
        }

        return transcript.ToString();
    }

    private static string Cut(string line, int room)
    {
        if (TokenCounter.UpperBound(line) <= room)
            return line;
        var (length, bytes) = (0, 0);
        foreach (var rune in line.EnumerateRunes())
        {
            bytes += rune.Utf8SequenceLength;
            if (bytes > room)
                break;
            length += rune.Utf16SequenceLength;
        }

        return line[..length];
    }

    private async Task<string> AskAsync(
        string owner, CatalogueModel model, string? previous, string transcript, int longest, CancellationToken cancellationToken)
    {
        var prompt = previous is null ? transcript : $"Summary so far:\n{previous}\n\nWhat followed:\n{transcript}";
        using var client = models.For(owner, "summary");
        var answer = await client.GetResponseAsync(
            [new ChatMessage(ChatRole.System, Instruction), new ChatMessage(ChatRole.User, prompt)],
            new ChatOptions { ModelId = model.Id, Temperature = 0, MaxOutputTokens = longest }, cancellationToken);
        return answer.Text.Trim();
    }
}
