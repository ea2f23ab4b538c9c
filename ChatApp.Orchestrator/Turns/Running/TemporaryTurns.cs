using System.Runtime.CompilerServices;
using System.Threading.Channels;
using ChatApp.Contracts.Ids;
using ChatApp.Orchestrator.Conversations.Answers;
using ChatApp.Orchestrator.Conversations.Messages;
using ChatApp.Orchestrator.Errors;
using ChatApp.Orchestrator.Gateway;
using ChatApp.Orchestrator.Gateway.Wire;
using ChatApp.Orchestrator.Ids;
using ChatApp.Orchestrator.Metering;
using ChatApp.Orchestrator.Prompts;
using ChatApp.Orchestrator.Turns.Records;
using ChatApp.Orchestrator.V1;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Options;

namespace ChatApp.Orchestrator.Turns.Running;

/// <summary>
/// Turns of which nothing is kept but what they used: no message, no log, no receipt, no line in the service's log. The
/// caller brings the earlier messages; when it goes away the turn ends.
/// </summary>
internal sealed class TemporaryTurns(
    PromptBuilder prompts, ModelCatalogue catalogue, ModelGateway gateway, IGenerationLedger ledger, IdFactory ids, TimeProvider time, IOptions<TurnOptions> options)
{
    private const int MostWaiting = 64;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    /// <exception cref="RefusedException">There is no such model, or the question is too long for it.</exception>
    public async IAsyncEnumerable<TurnEvent> RunAsync(
        string owner, TurnOrder order, IReadOnlyList<ChatMessage> messages, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var left = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var events = Channel.CreateBounded<TurnEvent>(new BoundedChannelOptions(MostWaiting) { SingleReader = true, SingleWriter = true });
        var running = RunAsync(owner, order, messages, events.Writer, left.Token);
        try
        {
            var number = 0L;
            await foreach (var turnEvent in events.Reader.ReadAllAsync(cancellationToken))
            {
                turnEvent.Number = ++number;
                yield return turnEvent;
            }
        }
        finally
        {
            await left.CancelAsync();
            await running;
        }
    }

    /// <summary>Never fails itself: what goes wrong is for whoever reads the events.</summary>
    private async Task RunAsync(
        string owner, TurnOrder order, IReadOnlyList<ChatMessage> messages, ChannelWriter<TurnEvent> events, CancellationToken cancellationToken)
    {
        var startedAt = time.GetTimestamp();
        var tally = new GenerationTally();
        var isStarted = false;
        TurnEnded ended;
        try
        {
            try
            {
                var model = await catalogue.WaitForAsync(order.Model, async () =>
                {
                    await StartAsync(order.Model ?? "");
                    await NotifyAsync(events, StartingModel.Code, StartingModel.Text, cancellationToken);
                }, cancellationToken);
                var built = await prompts.BuildTemporaryAsync(order, model, [.. messages.Select(ToRecord)], cancellationToken);
                (tally.Model, tally.Generations) = (model.Id, 1);
                tally.Spent.OnPrompt(time.GetElapsedTime(startedAt));
                await StartAsync(model.Id);
                if (built.Trimmed is { } trimmed)
                    await NotifyAsync(events, AnswerContent.ContextTrimmed, trimmed, cancellationToken);
                var request = new ModelRequest { Model = model.Id, Messages = built.Messages, Sampling = order.Sampling, User = owner };
                ended = await AnswerAsync(owner, request, tally, events, cancellationToken);
            }
            catch (RefusedException exception) when (isStarted)
            {
                ended = Failed(new Error { Code = exception.Code, Type = "invalid_request_error", Message = exception.Message, Param = exception.Param ?? "" });
            }

            ended.Usage = tally.ToUsage();
            ended.Timings = tally.ToTimings(time, startedAt);
            await events.WriteAsync(new TurnEvent { Ended = ended }, cancellationToken);
            events.Complete();
        }
        catch (Exception exception)
        {
            events.Complete(exception);
        }

        async ValueTask StartAsync(string model)
        {
            if (!isStarted)
                await events.WriteAsync(new TurnEvent { Started = new TurnStarted { TurnId = WireId.Format(WireId.Turn, ids.New()), Model = model } }, cancellationToken);
            isStarted = true;
        }
    }

    // A server that went away before the first token is waited for; after it there is nothing to go on from elsewhere.
    private async Task<TurnEnded> AnswerAsync(
        string owner, ModelRequest request, GenerationTally tally, ChannelWriter<TurnEvent> events, CancellationToken cancellationToken)
    {
        var outcome = GenerationOutcome.Stopped;
        var brokeOffAt = 0L;
        try
        {
            while (true)
            {
                try
                {
                    var reason = await StreamAsync(request, tally, events, cancellationToken);
                    outcome = GenerationOutcome.Completed;
                    return new TurnEnded { Status = TurnStatus.Completed, FinishReason = reason };
                }
                catch (UpstreamException exception) when (!exception.MayContinue || tally.HasFirstToken
                    || (brokeOffAt != 0 && time.GetElapsedTime(brokeOffAt) > options.Value.ContinuationPatience))
                {
                    outcome = GenerationOutcome.Failed;
                    return Failed(exception.ToError());
                }
                catch (UpstreamException)
                {
                    if (brokeOffAt == 0)
                        await NotifyAsync(events, "retry", "The model's server went away; the answer begins as soon as one is back.", cancellationToken);
                    brokeOffAt = brokeOffAt == 0 ? time.GetTimestamp() : brokeOffAt;
                }

                await Task.Delay(Pause, time, cancellationToken);
            }
        }
        finally
        {
            var used = new TokenUsage(tally.InputTokens, tally.CachedTokens, tally.OutputTokens) { Cost = tally.Cost };
            await ledger.RecordAsync(owner, new GenerationRecord("temporary", tally.Model, tally.Upstream, used, outcome), CancellationToken.None);
        }
    }

    /// <returns>The finish reason.</returns>
    private async Task<string> StreamAsync(ModelRequest request, GenerationTally tally, ChannelWriter<TurnEvent> events, CancellationToken cancellationToken)
    {
        TokenUsage? usage = null;
        var reason = "";
        var deltas = 0;
        var (began, first) = (time.GetTimestamp(), 0L);
        try
        {
            await foreach (var delta in gateway.StreamChatAsync(request, cancellationToken))
            {
                (tally.Model, tally.Upstream) = (delta.Model, delta.Upstream);
                usage = delta.Usage ?? usage;
                reason = delta.FinishReason ?? reason;
                if (delta.Text.Length + delta.Reasoning.Length == 0)
                    continue;
                if (deltas++ == 0)
                    first = time.GetTimestamp();
                tally.FirstToken(first);
                if (delta.Reasoning.Length > 0)
                    await events.WriteAsync(new TurnEvent { Reasoning = new TextDelta { Text = delta.Reasoning } }, cancellationToken);
                if (delta.Text.Length > 0)
                    await events.WriteAsync(new TurnEvent { Text = new TextDelta { Text = delta.Text } }, cancellationToken);
            }

            return reason;
        }
        finally
        {
            tally.Add(usage ?? new TokenUsage(0, 0, deltas));
            var end = time.GetTimestamp();
            tally.Spent.OnModel(time.GetElapsedTime(began, deltas > 0 ? first : end), time.GetElapsedTime(deltas > 0 ? first : end, end), usage?.Times);
        }
    }

    private static ValueTask NotifyAsync(ChannelWriter<TurnEvent> events, string code, string text, CancellationToken cancellationToken) =>
        events.WriteAsync(new TurnEvent { Notice = new Notice { Code = code, Text = text } }, cancellationToken);

    private static TurnEnded Failed(Error error) => new() { Status = TurnStatus.Failed, Error = error };

    private MessageRecord ToRecord(ChatMessage message) => new()
    {
        Id = ids.New(),
        ConversationId = Guid.Empty,
        Role = message.Role.Value,
        Text = message.Text,
        Status = MessageStatuses.Completed,
    };
}
