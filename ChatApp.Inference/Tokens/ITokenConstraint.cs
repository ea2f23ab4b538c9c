namespace ChatApp.Inference.Tokens;

/// <summary>
/// Restricts what a choice may say next. One instance per choice, called on the engine thread only, in the order
/// <see cref="TryGetMask"/>, then <see cref="Accept"/> of the sampled token. A throw ends that choice with <see cref="FinishReason.Error"/>.
/// </summary>
public interface ITokenConstraint
{
    /// <summary>How many tokens the answer may still have, told before each mask: an answer that must have a form has to begin to end in time.</summary>
    int TokensLeft { set; }

    /// <summary>
    /// Writes one bit per token id (bit <c>id &amp; 63</c> of word <c>id &gt;&gt; 6</c>); the buffer arrives cleared and covers the model's vocabulary.
    /// End-of-sequence tokens are ordinary bits here: set them where the text may end.
    /// </summary>
    /// <returns><see langword="false"/> when anything is allowed and the buffer is to be ignored.</returns>
    bool TryGetMask(Span<ulong> allowedBits);

    /// <summary>Advances by a committed token. Never called for the token that ends the choice (end-of-sequence or stop token).</summary>
    void Accept(int token);

    /// <summary>Nothing may follow: the engine ends the choice with <see cref="FinishReason.Stop"/> without sampling further.</summary>
    bool IsComplete { get; }
}
