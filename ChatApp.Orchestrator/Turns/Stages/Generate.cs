using ChatApp.Orchestrator.Gateway;
using Microsoft.Extensions.Options;

namespace ChatApp.Orchestrator.Turns.Stages;

/// <summary>
/// Streams the answer. A generation that breaks off, here or with an earlier owner of the turn, is continued from the
/// draft: the model is given the text so far and goes on from there.
/// </summary>
public sealed class Generate(ModelGateway gateway, TokenCounter counter, TimeProvider time, IOptions<TurnOptions> options) : ITurnStage
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(2);

    public async Task RunAsync(TurnContext turn, CancellationToken cancellationToken)
    {
        var prompt = turn.Prompt ?? throw new InvalidOperationException("A turn generates after its prompt is built.");
        await MeterEarlierOwnersAsync(turn, cancellationToken);
        var brokeOffAt = 0L;
        var pause = FirstPause;
        while (true)
        {
            var before = turn.Draft.Length + turn.Reasoning.Length;
            try
            {
                if (Remaining(turn, prompt) is 0)
                    turn.FinishReason = "length";
                else
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
        turn.Draft.Length == 0
            ? prompt
            : prompt with { Draft = turn.Draft.ToString(), Sampling = prompt.Sampling with { MaxTokens = Remaining(turn, prompt) } };

    private static int? Remaining(TurnContext turn, ChatRequest prompt) =>
        prompt.Sampling.MaxTokens is { } most ? Math.Max(0, most - turn.Tally.OutputTokens) : null;

    // Tokens that a replica made before it died are in the draft and on nobody's account yet.
    private async Task MeterEarlierOwnersAsync(TurnContext turn, CancellationToken cancellationToken)
    {
        if (turn.Draft.Length <= turn.InitialLength || turn.Built is not { } built)
            return;
        var text = turn.Draft.ToString(turn.InitialLength, turn.Draft.Length - turn.InitialLength);
        turn.Tally.Add(new TokenUsage(0, 0, await counter.CountAsync(built.Model, text, cancellationToken)));
        turn.Tally.Generations++;
    }

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
