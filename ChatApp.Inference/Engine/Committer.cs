using ChatApp.Inference.Engine.Metrics;
using ChatApp.Inference.Engine.Requests;
using ChatApp.Inference.Engine.Runner;
using ChatApp.Inference.Engine.Scheduling;

namespace ChatApp.Inference.Engine;

/// <summary>Makes a sampled token part of its sequence: text, stops, limits, the chunk to the caller.</summary>
internal sealed class Committer(LoadedModel model, EngineSequences sequences, EngineMetrics metrics, TimeProvider time)
{
    private readonly int[] _eos = [.. model.EosTokenIds];

    /// <summary>Commits a token; ends the choice when the token, a stop string, the constraint or a limit says so.</summary>
    public void Commit(Sequence sequence, int token, TokenLogprob? logprob)
    {
        sequence.Append(token);
        CountToken(sequence);
        var request = sequence.Generation.Request;
        if (!request.IgnoreEos && _eos.AsSpan().Contains(token) || request.StopTokens.Contains(token))
        {
            Finish(sequence, token, "", null, FinishReason.Stop);
            return;
        }

        string text;
        bool isComplete;
        try
        {
            var piece = sequence.Detokenizer.Append(token);
            if (logprob is not null)
            {
                logprob = logprob with { TextOffset = sequence.TextLength };
                sequence.TextLength += piece.EnumerateRunes().Count();
            }

            text = sequence.StopText.Append(piece);
            sequence.Constraint?.Accept(token);
            isComplete = sequence.Constraint?.IsComplete ?? false;
        }
        catch (Exception e)
        {
            EndInError(sequence, $"The token could not be accepted ({e.GetType().Name}).");
            return;
        }

        if (sequence.StopText.Matched is not null || isComplete)
            Finish(sequence, token, text, logprob, FinishReason.Stop);
        else if (sequence.Generated >= sequence.MaxTokens || sequence.Count >= sequences.ContextLength)
            Finish(sequence, token, text, logprob, FinishReason.Length);
        else
            sequence.Generation.Write(new GenerationChunk(sequence.Choice, token, text, logprob, null));
    }

    /// <summary>Ends a choice for a reason of its own; others go on.</summary>
    public void EndInError(Sequence sequence, string message) =>
        sequences.End(sequence, FinishReason.Error, new GenerationChunk(sequence.Choice, -1, "", null, FinishReason.Error) { Error = message });

    private void Finish(Sequence sequence, int token, string text, TokenLogprob? logprob, FinishReason reason)
    {
        var stop = sequence.StopText;
        if (stop.Matched is null)
            text += EngineSequences.FlushText(sequence);

        sequences.End(sequence, reason, new GenerationChunk(sequence.Choice, token, text, logprob, reason) { MatchedStop = stop.Matched });
    }

    private void CountToken(Sequence sequence)
    {
        var now = time.GetTimestamp();
        var generation = sequence.Generation;
        generation.CompletionTokens++;
        generation.LastToken = now;
        sequences.GeneratedTokens++;
        if (sequence.LastToken != 0)
            metrics.InterToken.Observe(time.GetElapsedTime(sequence.LastToken, now).TotalSeconds);
        else
            metrics.TimeToFirstToken.Observe(time.GetElapsedTime(generation.Submitted, now).TotalSeconds);
        sequence.LastToken = now;
        if (generation.FirstToken != 0)
            return;
        generation.FirstToken = now;
        metrics.Prefill.Observe(time.GetElapsedTime(generation.Admitted, now).TotalSeconds);
    }
}
