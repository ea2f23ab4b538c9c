using System.Runtime.CompilerServices;
using ChatApp.Contracts.Ids;
using ChatApp.Orchestrator.Conversations.Messages;
using ChatApp.Orchestrator.Gateway;
using ChatApp.Orchestrator.Gateway.Wire;
using ChatApp.Orchestrator.Ids;
using ChatApp.Orchestrator.Metering;
using ChatApp.Orchestrator.Prompts;
using ChatApp.Orchestrator.Turns.Records;
using ChatApp.Orchestrator.V1;

namespace ChatApp.Orchestrator.Turns.Running;

/// <summary>
/// Turns of which nothing is kept but what they used: no message, no log, no receipt, no line in the service's log. The
/// caller brings the earlier messages; when it goes away the turn ends.
/// </summary>
internal sealed class TemporaryTurns(
    PromptBuilder prompts, ModelCatalogue catalogue, ModelGateway gateway, IGenerationLedger ledger, IdFactory ids, TimeProvider time)
{
    public async IAsyncEnumerable<TurnEvent> RunAsync(
        string owner, TurnOrder order, IReadOnlyList<ChatMessage> messages, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var startedAt = time.GetTimestamp();
        var model = await catalogue.ResolveAsync(order.Model, cancellationToken);
        var built = await prompts.BuildTemporaryAsync(order, model, [.. messages.Select(ToRecord)], cancellationToken);
        var tally = new GenerationTally { Model = model.Id, Generations = 1 };
        tally.Spent.OnPrompt(time.GetElapsedTime(startedAt));
        var number = 0L;
        yield return new TurnEvent { Number = ++number, Started = new TurnStarted { TurnId = WireId.Format(WireId.Turn, ids.New()), Model = model.Id } };
        if (built.Trimmed is { } trimmed)
            yield return new TurnEvent { Number = ++number, Notice = new Notice { Code = "context_trimmed", Text = trimmed } };

        var request = new ChatRequest { Model = model.Id, Messages = built.Messages, Sampling = order.Sampling, User = owner };
        var ended = new TurnEnded { Status = TurnStatus.Completed };
        TokenUsage? usage = null;
        var deltas = 0;
        var isWhole = false;
        var (began, first) = (time.GetTimestamp(), 0L);
        await using var answer = gateway.StreamChatAsync(request, cancellationToken).GetAsyncEnumerator(cancellationToken);
        try
        {
            while (true)
            {
                try
                {
                    isWhole = !await answer.MoveNextAsync();
                    if (isWhole)
                        break;
                }
                catch (UpstreamException exception)
                {
                    ended.Status = TurnStatus.Failed;
                    ended.Error = exception.ToError();
                    break;
                }

                var delta = answer.Current;
                tally.Model = delta.Model;
                tally.Upstream = delta.Upstream;
                usage = delta.Usage ?? usage;
                ended.FinishReason = delta.FinishReason ?? ended.FinishReason;
                if (delta.Text.Length + delta.Reasoning.Length == 0)
                    continue;
                if (deltas++ == 0)
                    first = time.GetTimestamp();
                tally.FirstToken(first);
                if (delta.Reasoning.Length > 0)
                    yield return new TurnEvent { Number = ++number, Reasoning = new TextDelta { Text = delta.Reasoning } };
                if (delta.Text.Length > 0)
                    yield return new TurnEvent { Number = ++number, Text = new TextDelta { Text = delta.Text } };
            }
        }
        finally
        {
            var used = usage ?? new TokenUsage(0, 0, deltas);
            tally.Add(used);
            var outcome = ended.Error is not null ? GenerationOutcome.Failed : isWhole ? GenerationOutcome.Completed : GenerationOutcome.Stopped;
            if (tally.Model.Length > 0)
                await ledger.RecordAsync(owner, new GenerationRecord("temporary", tally.Model, tally.Upstream, used, outcome), CancellationToken.None);
        }

        var end = time.GetTimestamp();
        tally.Spent.OnModel(time.GetElapsedTime(began, deltas > 0 ? first : end), time.GetElapsedTime(deltas > 0 ? first : end, end), usage?.Times);
        ended.Usage = tally.ToUsage();
        ended.Timings = tally.ToTimings(time, startedAt);
        yield return new TurnEvent { Number = ++number, Ended = ended };
    }

    private MessageRecord ToRecord(ChatMessage message) => new()
    {
        Id = ids.New(),
        ConversationId = Guid.Empty,
        Role = message.Role,
        Text = message.Content,
        Status = MessageStatuses.Completed,
    };
}
