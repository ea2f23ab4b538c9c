using ChatApp.Orchestrator.Gateway;
using ChatApp.Orchestrator.Gateway.Wire;
using ChatApp.Orchestrator.Metering;
using ChatApp.Orchestrator.Prompts;
using ChatApp.Orchestrator.Tools;
using ChatApp.Orchestrator.Turns.Records;
using Microsoft.Extensions.Options;

namespace ChatApp.Orchestrator.Turns.Running;

/// <summary>
/// Streams the answer, and runs the tools that the model calls on the way. A generation that breaks off, here or with an
/// earlier owner of the turn, is continued from the draft: the model is given the text so far and goes on from there.
/// </summary>
internal sealed class Generate(
    ModelGateway gateway, EarlierOwners earlier, PromptAccounting accounting, BuildPrompt buildPrompt, ToolRounds toolRounds, TimeProvider time,
    IOptions<TurnOptions> options, IOptions<ToolOptions> toolOptions) : ITurnStage
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(2);

    public async Task RunAsync(TurnContext turn, CancellationToken cancellationToken)
    {
        if (turn.Prompt is null)
            throw new InvalidOperationException("A turn generates after its prompt is built.");
        await earlier.MeterAsync(turn, cancellationToken);
        if (turn.Turn.LeaseEpoch > 1)
        {
            turn.Tally.Spent.FollowEarlierOwner(turn.OwnSteps.Where(step => step.Result is not null));
            await TimedAsync(() => toolRounds.ResumeAsync(turn, cancellationToken), turn.Tally.Spent.OnTools);
        }

        while (true)
        {
            var mayCall = turn.ToolRounds < toolOptions.Value.MostRounds;
            var calls = await GenerateAsync(turn, mayCall, cancellationToken);
            // A model that calls although it was told to answer has had its say.
            if (calls.Count == 0 || !mayCall)
                return;
            await TimedAsync(() => toolRounds.RunAsync(turn, calls, cancellationToken), turn.Tally.Spent.OnTools);
            if (turn.ToolRounds >= toolOptions.Value.MostRounds)
                await turn.NotifyAsync("tool_limit", $"The tools were called {turn.ToolRounds} times in a row; the model has to answer now.", cancellationToken);
            await TimedAsync(() => buildPrompt.FitAgainAsync(turn, cancellationToken), turn.Tally.Spent.OnPrompt);
        }
    }

    // Also what is cut short has taken its time.
    private async Task TimedAsync(Func<Task> work, Action<TimeSpan> took)
    {
        var began = time.GetTimestamp();
        try
        {
            await work();
        }
        finally
        {
            took(time.GetElapsedTime(began));
        }
    }

    /// <summary>One model run, however often it breaks off.</summary>
    /// <returns>The tools that the model calls at its end.</returns>
    private async Task<IReadOnlyList<(string Name, string Arguments)>> GenerateAsync(TurnContext turn, bool mayCall, CancellationToken cancellationToken)
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
    private static ChatRequest? Request(TurnContext turn, bool mayCall)
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

    private async Task<IReadOnlyList<(string Name, string Arguments)>> StreamAsync(TurnContext turn, ChatRequest request, CancellationToken cancellationToken)
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
