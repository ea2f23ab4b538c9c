using ChatApp.Inference.Engine.Requests;

namespace ChatApp.Inference.Engine.Sampling;

/// <summary>How often tokens occur in a choice: what penalties need. A prompt's tokens count 0 occurrences in the answer.</summary>
internal sealed class TokenHistory
{
    private readonly Dictionary<int, int> _occurrences = [];

    /// <param name="prompt">Tokens of the prompt.</param>
    public TokenHistory(ReadOnlySpan<int> prompt)
    {
        foreach (var token in prompt)
            _occurrences.TryAdd(token, 0);
    }

    /// <summary>Adds a token of the answer.</summary>
    public void Add(int token) => _occurrences[token] = _occurrences.GetValueOrDefault(token) + 1;

    /// <summary>Lowers the logits of tokens seen.</summary>
    public void Penalize(Span<float> logits, SamplingParams sampling)
    {
        foreach (var (token, occurrences) in _occurrences)
        {
            if ((uint)token >= (uint)logits.Length)
                continue;
            ref var logit = ref logits[token];
            logit = logit > 0 ? logit / sampling.RepetitionPenalty : logit * sampling.RepetitionPenalty;
            if (occurrences > 0)
                logit -= occurrences * sampling.FrequencyPenalty + sampling.PresencePenalty;
        }
    }
}
