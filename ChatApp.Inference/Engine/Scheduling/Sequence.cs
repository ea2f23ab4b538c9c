using ChatApp.Inference.Engine.Sampling;
using ChatApp.Inference.Tokens;

namespace ChatApp.Inference.Engine.Scheduling;

/// <summary>One choice of a request: its tokens, what of them is computed, and the state of its text. Belongs to the engine's thread.</summary>
internal sealed class Sequence
{
    private int[] _tokens;

    public Sequence(Generation generation, int choice, long arrival, IDetokenizer detokenizer, ITokenConstraint? constraint, int maxTokens)
    {
        Generation = generation;
        Choice = choice;
        Arrival = arrival;
        Detokenizer = detokenizer;
        Constraint = constraint;
        MaxTokens = maxTokens;
        var prompt = generation.Request.PromptTokens;
        PromptLength = prompt.Length;
        Count = prompt.Length;
        _tokens = new int[prompt.Length + Math.Min(maxTokens, 256)];
        prompt.CopyTo(_tokens, 0);
        StopText = new StopText(generation.Request.StopStrings);
        if (generation.Request.Sampling.HasPenalties)
            History = new TokenHistory(prompt);
    }

    public Generation Generation { get; }

    public int Choice { get; }

    public long Arrival { get; }

    public IDetokenizer Detokenizer { get; }

    public ITokenConstraint? Constraint { get; }

    public StopText StopText { get; }

    public TokenHistory? History { get; }

    public int MaxTokens { get; }

    public int PromptLength { get; }

    /// <summary>Tokens, prompt and answer.</summary>
    public int Count { get; private set; }

    public int Generated => Count - PromptLength;

    public ReadOnlySpan<int> Tokens => _tokens.AsSpan(0, Count);

    public SequencePhase Phase { get; set; } = SequencePhase.Waiting;

    /// <summary>The lane held; -1 for none.</summary>
    public int Lane { get; set; } = -1;

    /// <summary>Tokens whose keys and values are in the lane.</summary>
    public int Computed { get; set; }

    /// <summary>Tokens still to be run; the last one's logits are the next token's.</summary>
    public int Remaining => Count - Computed;

    /// <summary>Order of the latest admission.</summary>
    public long Admitted { get; set; }

    /// <summary>When it last began to wait.</summary>
    public long WaitingSince { get; set; }

    /// <summary>When its latest token was committed; 0 before the first.</summary>
    public long LastToken { get; set; }

    /// <summary>Unicode characters of the answer's text, stop strings included; counted where logprobs are asked for.</summary>
    public int TextLength { get; set; }

    /// <summary>Failed steps it took part in.</summary>
    public int Failures { get; set; }

    /// <summary>Blocks of this sequence that the prefix cache was offered; <see cref="int.MaxValue"/> when it takes no more.</summary>
    public int PublishedBlocks { get; set; }

    /// <summary>The latest of those.</summary>
    public PrefixCache.Block? PublishedTail { get; set; }

    /// <summary>Decides when drafts are worth their cost.</summary>
    public DraftPolicy Drafts { get; } = new();

    public void Append(int token)
    {
        if (Count == _tokens.Length)
            Array.Resize(ref _tokens, Count * 2);
        _tokens[Count++] = token;
        History?.Add(token);
    }
}
