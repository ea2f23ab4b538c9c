using System.Collections.Frozen;

namespace ChatApp.Inference.Engine.Requests;

/// <summary>How the next token is chosen. Defaults sample from the model's own distribution.</summary>
public sealed record SamplingParams
{
    /// <summary>Most entries that <see cref="LogitBias"/> may have.</summary>
    public const int MaxLogitBias = 1024;

    /// <summary>Most alternatives that <see cref="Logprobs"/> may ask for.</summary>
    public const int MaxLogprobs = 20;

    /// <summary>Always the most probable token.</summary>
    public static SamplingParams Greedy { get; } = new() { Temperature = 0 };

    /// <summary>0 takes the most probable token; above 0 divides the logits. At most 100.</summary>
    public float Temperature { get; init; } = 1;

    /// <summary>Keep the k most probable tokens; 0 keeps all.</summary>
    public int TopK { get; init; }

    /// <summary>Keep the smallest set of tokens whose probability reaches this, in [0, 1]; 0 keeps the most probable one.</summary>
    public float TopP { get; init; } = 1;

    /// <summary>Drop tokens less probable than this share of the most probable one, in [0, 1].</summary>
    public float MinP { get; init; }

    /// <summary>Divides positive and multiplies negative logits of tokens in prompt or answer (Keskar et al. 2019); 1 is none.</summary>
    public float RepetitionPenalty { get; init; } = 1;

    /// <summary>Subtracted once per occurrence in the answer so far, in [-2, 2].</summary>
    public float FrequencyPenalty { get; init; }

    /// <summary>Subtracted once if the token occurs in the answer so far, in [-2, 2].</summary>
    public float PresencePenalty { get; init; }

    /// <summary>Added to the logits of these token ids, each in [-100, 100].</summary>
    public IReadOnlyDictionary<int, float> LogitBias { get; init; } = FrozenDictionary<int, float>.Empty;

    /// <summary>The same seed gives the same text, alone or in a batch; null draws one.</summary>
    public long? Seed { get; init; }

    /// <summary>Report the sampled token's logprob and this many alternatives (0 is allowed); null reports none.</summary>
    public int? Logprobs { get; init; }

    /// <summary>True when no randomness is involved.</summary>
    public bool IsGreedy => Temperature == 0 || TopK == 1 || TopP == 0;

    internal bool HasPenalties => RepetitionPenalty != 1 || FrequencyPenalty != 0 || PresencePenalty != 0;

    /// <summary>Checks every field against its range and the vocabulary.</summary>
    /// <param name="vocabularySize">Number of token ids of the model.</param>
    /// <returns>What is wrong, naming the field and the accepted values; null when all is well.</returns>
    public string? Validate(int vocabularySize)
    {
        if (!(Temperature is >= 0 and <= 100)) return Range("temperature", Temperature, "0 to 100");
        if (TopK < 0) return Range("top_k", TopK, "0 (all tokens) or more");
        if (!(TopP is >= 0 and <= 1)) return Range("top_p", TopP, "0 to 1");
        if (!(MinP is >= 0 and <= 1)) return Range("min_p", MinP, "0 to 1");
        if (!(RepetitionPenalty is > 0 and <= 10)) return Range("repetition_penalty", RepetitionPenalty, "above 0, at most 10");
        if (!(FrequencyPenalty is >= -2 and <= 2)) return Range("frequency_penalty", FrequencyPenalty, "-2 to 2");
        if (!(PresencePenalty is >= -2 and <= 2)) return Range("presence_penalty", PresencePenalty, "-2 to 2");
        if (Logprobs is < 0 or > MaxLogprobs) return Range("top_logprobs", Logprobs.Value, $"0 to {MaxLogprobs}");
        if (LogitBias.Count > MaxLogitBias) return $"logit_bias has {LogitBias.Count} entries; at most {MaxLogitBias} are accepted.";

        foreach (var (token, bias) in LogitBias)
        {
            if ((uint)token >= (uint)vocabularySize)
                return $"logit_bias names token {token}, which is not in the vocabulary (0 to {vocabularySize - 1}).";
            if (!(bias is >= -100 and <= 100))
                return Range($"logit_bias[{token}]", bias, "-100 to 100");
        }

        return null;
    }

    private static string Range(string field, float value, string accepted) =>
        FormattableString.Invariant($"{field} is {value}; accepted: {accepted}.");
}
