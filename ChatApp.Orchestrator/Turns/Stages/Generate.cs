using ChatApp.Orchestrator.Gateway;
using Microsoft.Extensions.Options;

namespace ChatApp.Orchestrator.Turns.Stages;

/// <summary>
/// Streams the answer. A generation that breaks off, here or with an earlier owner of the turn, is continued from the
/// draft: the model is given the text so far and goes on from there.
/// </summary>
public sealed class Generate(ModelGateway gateway, TimeProvider time, IOptions<TurnOptions> options) : ITurnStage
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(2);

    public async Task RunAsync(TurnContext turn, CancellationToken cancellationToken)
    {
        var prompt = turn.Prompt ?? throw new InvalidOperationException("A turn generates after its prompt is built.");
        var brokeOffAt = 0L;
        var pause = FirstPause;
        while (true)
        {
            var before = turn.Draft.Length + turn.Reasoning.Length;
            try
            {
                await StreamAsync(turn, WithDraft(prompt, turn), cancellationToken);
                return;
            }
            catch (UpstreamException exception) when (exception.MayContinue)
            {
                var progressed = turn.Draft.Length + turn.Reasoning.Length > before;
                if (progressed || brokeOffAt == 0)
                {
                    brokeOffAt = time.GetTimestamp();
                    pause = FirstPause;
                    await turn.NotifyAsync("retry", "The model's server went away; the answer goes on as soon as one is back.", cancellationToken);
                }

                if (time.GetElapsedTime(brokeOffAt) > options.Value.ContinuationPatience)
                    throw;
            }

            await Task.Delay(pause, time, cancellationToken);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
    }

    private static ChatRequest WithDraft(ChatRequest prompt, TurnContext turn) =>
        turn.Draft.Length == 0 ? prompt : prompt with { Draft = turn.Draft.ToString() };

    private async Task StreamAsync(TurnContext turn, ChatRequest request, CancellationToken cancellationToken)
    {
        turn.Tally.Generations++;
        var deltas = 0;
        TokenUsage? usage = null;
        try
        {
            await foreach (var delta in gateway.StreamChatAsync(request, cancellationToken))
            {
                turn.Tally.Upstream = delta.Upstream;
                turn.Tally.Model = delta.Model;
                usage = delta.Usage ?? usage;
                if (delta.FinishReason is { } reason)
                    turn.FinishReason = reason;
                if (delta.Text.Length == 0 && delta.Reasoning.Length == 0)
                    continue;

                deltas++;
                turn.Tally.FirstToken(time.GetTimestamp());
                if (delta.Reasoning.Length > 0)
                    await turn.ShowReasoningAsync(delta.Reasoning, cancellationToken);
                if (delta.Text.Length > 0)
                    await turn.ShowTextAsync(delta.Text, cancellationToken);
            }
        }
        finally
        {
            // A stream that was cut off reports no usage: then a delta stands for a token, as servers send them.
            turn.Tally.Add(usage ?? new TokenUsage(0, 0, deltas));
        }
    }
}
