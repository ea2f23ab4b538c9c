namespace ChatApp.Inference.Embeddings;

/// <summary>Turns texts into vectors of length one. Safe for concurrent use.</summary>
public interface IEmbedder
{
    /// <summary>Name it is served under.</summary>
    string Id { get; }

    /// <summary>When its model was made.</summary>
    DateTimeOffset Created { get; }

    /// <summary>Length of a vector.</summary>
    int Dimensions { get; }

    /// <summary>Number of token ids.</summary>
    int VocabularySize { get; }

    /// <summary>Embeds a text that comes as tokens, each below <see cref="VocabularySize"/>.</summary>
    /// <returns>The unit vector, and how many tokens were read.</returns>
    (float[] Vector, int Tokens) Embed(IReadOnlyList<int> tokens);

    /// <summary>Embeds a text.</summary>
    /// <returns>The unit vector, and how many tokens were read.</returns>
    (float[] Vector, int Tokens) Embed(string text);

    /// <summary>A vector of this embedder in fewer dimensions.</summary>
    /// <param name="vector">The unit vector of a text.</param>
    /// <param name="dimensions">At most <see cref="Dimensions"/>.</param>
    /// <returns>A unit vector again.</returns>
    float[] Shorten(float[] vector, int dimensions);
}
