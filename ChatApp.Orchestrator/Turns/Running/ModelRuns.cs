using ChatApp.Orchestrator.Gateway;
using ChatApp.Orchestrator.Gateway.Wire;
using ChatApp.Orchestrator.Metering;
using ChatApp.Orchestrator.Prompts;
using ChatApp.Orchestrator.Turns.Records;
using Microsoft.Extensions.Options;

namespace ChatApp.Orchestrator.Turns.Running;

/// <summary>
/// Runs a turn's model and shows what it says. A run that breaks off, here or with an earlier owner of the turn, is
/// continued from the draft: the model is given the text so far and goes on from there.
/// </summary>
internal sealed class ModelRuns(ModelGateway gateway, PromptAccounting accounting, TimeProvider time, IOptions<TurnOptions> options)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(2);

    /// <summary>One model run, however often it breaks off.</summary>
    /// <returns>The tools that the model calls at its end.</returns>
    public async Task<IReadOnlyList<(string Name, string Arguments)>> RunAsync(TurnContext turn, bool mayCall, CancellationToken cancellationToken)
    {
        var brokeOffAt = 0L;
        var pause = FirstPause;
        while (true)
        {
            var before = turn.Draft.Length + turn.Reasoning.Length;
            try
            {
                if (Request(turn, mayCall) is { } request)
                    return await StreamAsync(turn, request, cancellationToken);
                turn.FinishReason = "length";
                return [];
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

    /// <returns>Null when the turn's tokens are spent.</returns>
    private static ModelRequest? Request(TurnContext turn, bool mayCall)
    {
        var prompt = turn.Prompt!;
        var remaining = prompt.Sampling.MaxTokens - turn.Tally.OutputTokens;
        if (remaining <= 0)
            return null;
        return prompt with
        {
            Messages = [.. prompt.Messages, .. turn.Answer.ToMessages(turn.Built!.Budget, withTail: false)],
            Draft = turn.Answer.Tail is { Length: > 0 } tail ? tail : null,
            MayCall = mayCall,
            Sampling = prompt.Sampling with { MaxTokens = remaining },
        };
    }

    private async Task<IReadOnlyList<(string Name, string Arguments)>> StreamAsync(TurnContext turn, ModelRequest request, CancellationToken cancellationToken)
    {
        turn.Tally.Generations++;
        var calls = new ToolCallCollector();
        var deltas = 0;
        TokenUsage? usage = null;
        var (began, first) = (time.GetTimestamp(), 0L);
        try
        {
            await foreach (var delta in gateway.StreamChatAsync(request, cancellationToken))
            {
                turn.Tally.Upstream = delta.Upstream;
                turn.Tally.Model = delta.Model;
                usage = delta.Usage ?? usage;
                if (delta.FinishReason is { } reason)
                    turn.FinishReason = reason;
                calls.Add(delta.ToolCalls);
                if (delta.Text.Length == 0 && delta.Reasoning.Length == 0 && delta.ToolCalls.Count == 0)
                    continue;

                if (deltas++ == 0)
                    first = time.GetTimestamp();
                turn.Tally.FirstToken(first);
                // Not before: the model's server has better things to do while the first token is waited for.
                turn.Accounting ??= accounting.CountAsync(turn.Built!, cancellationToken);
                if (delta.Reasoning.Length > 0)
                    await turn.ShowReasoningAsync(delta.Reasoning, cancellationToken);
                if (delta.Text.Length > 0)
                    await turn.ShowTextAsync(delta.Text, cancellationToken);
            }

            return calls.Calls;
        }
        finally
        {
            // A stream that was cut off reports no usage: then a delta stands for a token, as servers send them.
            turn.Tally.Add(usage ?? new TokenUsage(0, 0, deltas));
            var end = time.GetTimestamp();
            turn.Tally.Spent.OnModel(time.GetElapsedTime(began, deltas > 0 ? first : end), time.GetElapsedTime(deltas > 0 ? first : end, end), usage?.Times);
        }
    }
}
