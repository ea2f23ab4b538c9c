using System.Globalization;
using System.IO.Hashing;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.ML.Tokenizers;

namespace ChatApp.Inference.Embeddings;

/// <summary>
/// Embeddings without a model: words, pairs of words and letter trigrams hashed into a signed vector (feature hashing, Weinberger et al. 2009).
/// The same text gives the same vector everywhere, and texts that share words are near; it knows nothing of meaning, and its name says so.
/// Having no tokens of its own, it takes those of <c>cl100k_base</c>: what clients send for a model that they do not know.
/// </summary>
public sealed class HashingEmbedder : IEmbedder
{
    private const int Size = 512;
    private const float PairWeight = 0.5f;
    private const float TrigramWeight = 0.35f;

    private readonly Lazy<TiktokenTokenizer> _tokens = new(() => TiktokenTokenizer.CreateForEncoding("cl100k_base"));

    /// <inheritdoc/>
    public string Id => "chatapp-hashing-512";

    /// <summary>The day since which its vectors are what they are.</summary>
    public DateTimeOffset Created { get; } = new(2026, 11, 22, 0, 0, 0, TimeSpan.Zero);

    /// <inheritdoc/>
    public int Dimensions => Size;

    /// <inheritdoc/>
    public int VocabularySize => 100_277;

    /// <inheritdoc/>
    public (float[] Vector, int Tokens) Embed(IReadOnlyList<int> tokens) => (Embed(_tokens.Value.Decode(tokens) ?? "").Vector, tokens.Count);

    /// <inheritdoc/>
    public (float[] Vector, int Tokens) Embed(string text)
    {
        var counts = new Dictionary<(char Kind, string Feature), float>();
        var words = Words(text);
        for (var i = 0; i < words.Count; i++)
        {
            Count(counts, ('w', words[i]), 1);
            if (i > 0)
                Count(counts, ('p', words[i - 1] + " " + words[i]), PairWeight);
            var padded = $" {words[i]} ";
            for (var j = 0; j + 3 <= padded.Length && j < 32; j++)
                Count(counts, ('t', padded.Substring(j, 3)), TrigramWeight);
        }
        var vector = new float[Size];
        foreach (var ((kind, feature), count) in counts)
        {
            var hash = XxHash64.HashToUInt64(MemoryMarshal.AsBytes((kind + feature).AsSpan()));
            // Logarithmic counts keep a word repeated a thousand times from drowning the rest.
            vector[hash % Size] += ((hash >> 63) == 0 ? 1 : -1) * MathF.Log(1 + count);
        }
        return (Unit(vector), words.Count);
    }

    /// <inheritdoc/>
    public float[] Shorten(float[] vector, int dimensions)
    {
        // Folded: a short text is in a few dimensions only, and the first ones may be empty.
        var folded = new float[dimensions];
        for (var i = 0; i < vector.Length; i++)
            folded[i % dimensions] += vector[i];
        return Unit(folded);
    }

    private static float[] Unit(float[] vector)
    {
        var norm = TensorPrimitives.Norm(vector);
        if (norm > 0)
            TensorPrimitives.Divide(vector, norm, vector);
        else
            vector[0] = 1;
        return vector;
    }

    private static void Count(Dictionary<(char, string), float> counts, (char, string) feature, float weight) =>
        counts[feature] = counts.GetValueOrDefault(feature) + weight;

    private static List<string> Words(string text)
    {
        var words = new List<string>();
        var word = new StringBuilder();
        // Half a surrogate pair cannot be normalized; through UTF-8 it becomes U+FFFD.
        foreach (var c in Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)).Normalize(NormalizationForm.FormKD))
        {
            if (CharUnicodeInfo.GetUnicodeCategory(c) == UnicodeCategory.NonSpacingMark)
                continue;
            if (char.IsLetterOrDigit(c))
            {
                word.Append(char.ToLowerInvariant(c));
                continue;
            }
            Take();
        }
        Take();
        return words;

        void Take()
        {
            if (word.Length > 0)
                words.Add(word.ToString());
            word.Clear();
        }
    }
}
