using System.Numerics;
using System.Numerics.Tensors;
using ChatApp.Inference.Engine.Requests;
using ChatApp.Inference.Tokens;

namespace ChatApp.Inference.Engine.Sampling;

/// <summary>
/// Chooses the next token from a row of logits. All passes over the vocabulary are vectorised and none sorts it: the tokens that top-k and
/// top-p keep are found by bisection over the probability that separates them from the rest. Reuses its buffers; one per engine.
/// </summary>
internal sealed class Sampler(int vocabulary)
{
    private const int SumBlock = 1024;

    /// <summary>Probabilities below which tokens are first left aside, relative to the largest.</summary>
    private static readonly float[] Cutoffs = [1e-3f, 1e-6f, float.Epsilon];

    private readonly float[] _scratch = new float[vocabulary];
    private readonly float[] _kept = new float[vocabulary];
    private readonly int[] _keptIds = new int[vocabulary];
    private readonly ulong[] _mask = new ulong[(vocabulary + 63) / 64];
    private float[]? _raw;

    /// <summary>Chooses a token; the row of logits is used up.</summary>
    /// <param name="logits">[vocabulary].</param>
    /// <param name="sampling">How.</param>
    /// <param name="history">Tokens so far, when there are penalties.</param>
    /// <param name="constraint">What may be said, or null.</param>
    /// <param name="seed">Seed of the request.</param>
    /// <param name="choice">Index of the choice.</param>
    /// <param name="position">Index of the token within the answer.</param>
    /// <param name="logprob">The token's logprob, when asked for.</param>
    /// <exception cref="InvalidLogitsException">The model returned no number, or the constraint allows nothing.</exception>
    public int Sample(
        Span<float> logits, SamplingParams sampling, TokenHistory? history, ITokenConstraint? constraint,
        long seed, int choice, int position, out TokenLogprob? logprob)
    {
        var logSum = 0f;
        TopLogprob[]? top = null;
        if (sampling.Logprobs is { } count)
        {
            logSum = LogSumExp(logits);
            top = Top(logits, count, logSum);
            logits.CopyTo(_raw ??= new float[vocabulary]);
        }

        Adjust(logits, sampling, history, constraint);
        var token = TensorPrimitives.IndexOfMax<float>(logits);
        if (!float.IsFinite(logits[token]))
        {
            throw new InvalidLogitsException(constraint is null
                ? "The model returned a value that is not a number."
                : "The constraint allows no token, or the model returned a value that is not a number.");
        }

        if (!sampling.IsGreedy)
            token = Draw(logits, logits[token], sampling, CounterRandom.Uniform(seed, choice, position));
        logprob = top is null ? null : new TokenLogprob(token, _raw![token] - logSum, top);
        return token;
    }

    /// <summary>Gap between the two largest logits, and the largest one's index: tells whether a greedy choice is beyond rounding.</summary>
    public static int Greedy(ReadOnlySpan<float> logits, out float margin)
    {
        var best = TensorPrimitives.IndexOfMax(logits);
        var second = float.NegativeInfinity;
        if (best > 0)
            second = TensorPrimitives.Max(logits[..best]);
        if (best < logits.Length - 1)
            second = Math.Max(second, TensorPrimitives.Max(logits[(best + 1)..]));
        margin = logits[best] - second;
        return best;
    }

    private void Adjust(Span<float> logits, SamplingParams sampling, TokenHistory? history, ITokenConstraint? constraint)
    {
        if (sampling.HasPenalties)
            history?.Penalize(logits, sampling);
        if (sampling.LogitBias.Count > 0)
            Bias(logits, sampling.LogitBias);

        if (constraint is null)
            return;
        Array.Clear(_mask);
        if (constraint.TryGetMask(_mask))
            Mask(logits, _mask);
    }

    private static void Bias(Span<float> logits, IReadOnlyDictionary<int, float> biases)
    {
        foreach (var (token, bias) in biases)
        {
            if ((uint)token < (uint)logits.Length)
                logits[token] += bias;
        }
    }

    private static void Mask(Span<float> logits, ReadOnlySpan<ulong> allowed)
    {
        for (var word = 0; word < allowed.Length; word++)
        {
            var first = word * 64;
            if (first >= logits.Length)
                return;
            var part = logits.Slice(first, Math.Min(64, logits.Length - first));
            var bits = allowed[word];
            if (bits == 0)
            {
                part.Fill(float.NegativeInfinity);
            }
            else if (bits != ulong.MaxValue)
            {
                for (var i = 0; i < part.Length; i++)
                {
                    if ((bits >> i & 1) == 0)
                        part[i] = float.NegativeInfinity;
                }
            }
        }
    }

    private int Draw(ReadOnlySpan<float> logits, float max, SamplingParams sampling, double uniform)
    {
        var p = _scratch.AsSpan(0, logits.Length);
        TensorPrimitives.Subtract(logits, max, p);
        TensorPrimitives.Multiply(p, 1 / sampling.Temperature, p);
        TensorPrimitives.Exp(p, p);
        var restricted = sampling.TopK > 0 || sampling.TopP < 1 || sampling.MinP > 0;
        return restricted ? DrawRestricted(p, sampling, uniform) : DrawFrom(p, uniform);
    }

    /// <summary>Inverse of the cumulative distribution, in blocks.</summary>
    private static int DrawFrom(ReadOnlySpan<float> p, double uniform)
    {
        var target = uniform * BlockedSum(p);
        double sum = 0;
        var last = 0;
        for (var start = 0; start < p.Length; start += SumBlock)
        {
            var block = p.Slice(start, Math.Min(SumBlock, p.Length - start));
            double inBlock = TensorPrimitives.Sum(block);
            if (sum + inBlock <= target)
            {
                sum += inBlock;
                continue;
            }

            for (var i = 0; i < block.Length; i++)
            {
                if (block[i] == 0)
                    continue;
                last = start + i;
                sum += block[i];
                if (sum > target)
                    return last;
            }
        }

        return p[last] > 0 ? last : TensorPrimitives.IndexOfMax(p);
    }

    private static double BlockedSum(ReadOnlySpan<float> p)
    {
        double sum = 0;
        for (var start = 0; start < p.Length; start += SumBlock)
            sum += TensorPrimitives.Sum(p.Slice(start, Math.Min(SumBlock, p.Length - start)));
        return sum;
    }

    private int DrawRestricted(ReadOnlySpan<float> p, SamplingParams sampling, double uniform)
    {
        // Probabilities are relative to the largest, which is 1.
        var total = sampling.TopP < 1 && sampling.TopK == 0 ? BlockedSum(p) : 0;
        var count = 0;
        foreach (var cutoff in Cutoffs)
        {
            var floor = Math.Max(cutoff, sampling.MinP);
            count = Collect(p, floor);
            var enough = (sampling.TopK == 0 || count >= sampling.TopK) &&
                (sampling.TopK > 0 || sampling.TopP >= 1 || BlockedSum(_kept.AsSpan(0, count)) >= sampling.TopP * total);
            if (floor == sampling.MinP || enough && (sampling.TopK > 0 || sampling.TopP < 1))
                break;
        }

        if (sampling.TopK > 0 && sampling.TopK < count)
            count = KeepLargest(count, sampling.TopK, double.PositiveInfinity);
        if (sampling.TopP < 1)
        {
            var of = sampling.TopK > 0 ? BlockedSum(_kept.AsSpan(0, count)) : total;
            count = KeepLargest(count, int.MaxValue, sampling.TopP * of);
        }

        return _keptIds[DrawFrom(_kept.AsSpan(0, count), uniform)];
    }

    /// <summary>Gathers tokens at or above a floor, in order of id; skips whole vectors that have none.</summary>
    private int Collect(ReadOnlySpan<float> p, float floor)
    {
        var count = 0;
        var i = 0;
        var floors = new Vector<float>(floor);
        for (; i <= p.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            if (!Vector.GreaterThanOrEqualAny(new Vector<float>(p[i..]), floors))
                continue;
            for (var j = i; j < i + Vector<float>.Count; j++)
            {
                if (p[j] >= floor)
                    (_kept[count], _keptIds[count++]) = (p[j], j);
            }
        }

        for (; i < p.Length; i++)
        {
            if (p[i] >= floor)
                (_kept[count], _keptIds[count++]) = (p[i], i);
        }

        return count;
    }

    /// <summary>
    /// Keeps the largest probabilities: the smallest set that has <paramref name="atMost"/> members or reaches <paramref name="mass"/>.
    /// Among equals at the border the lower ids are kept.
    /// </summary>
    private int KeepLargest(int count, int atMost, double mass)
    {
        // Positive floats order like their bits: bisect for the largest border at which the set is big enough.
        var p = _kept.AsSpan(0, count);
        // The largest is 1, give or take the rounding of the exponential.
        uint low = 0, high = BitConverter.SingleToUInt32Bits(2f);
        while (high - low > 1)
        {
            var middle = low + (high - low) / 2;
            var (members, sum) = Above(p, BitConverter.UInt32BitsToSingle(middle));
            if (members >= atMost || sum >= mass)
                low = middle;
            else
                high = middle;
        }

        var border = BitConverter.UInt32BitsToSingle(low);
        var (strictly, strictSum) = Above(p, BitConverter.UInt32BitsToSingle(high));
        var kept = 0;
        for (var i = 0; i < count; i++)
        {
            if (p[i] < border)
                continue;
            if (p[i] == border)
            {
                if (strictly >= atMost || strictSum >= mass)
                    continue;
                strictly++;
                strictSum += border;
            }

            (_kept[kept], _keptIds[kept++]) = (p[i], _keptIds[i]);
        }

        return kept;
    }

    private static (int Members, double Sum) Above(ReadOnlySpan<float> p, float border)
    {
        var borders = new Vector<float>(border);
        var sums = Vector<float>.Zero;
        var counts = Vector<int>.Zero;
        var i = 0;
        for (; i <= p.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            var values = new Vector<float>(p[i..]);
            var members = Vector.GreaterThanOrEqual(values, borders);
            sums += Vector.ConditionalSelect(members, values, Vector<float>.Zero);
            counts -= members;
        }

        double sum = Vector.Sum(sums);
        var count = Vector.Sum(counts);
        for (; i < p.Length; i++)
        {
            if (p[i] < border)
                continue;
            sum += p[i];
            count++;
        }

        return (count, sum);
    }

    private float LogSumExp(ReadOnlySpan<float> logits)
    {
        var max = TensorPrimitives.Max(logits);
        var p = _scratch.AsSpan(0, logits.Length);
        TensorPrimitives.Subtract(logits, max, p);
        TensorPrimitives.Exp(p, p);
        return max + (float)Math.Log(BlockedSum(p));
    }

    private static TopLogprob[] Top(ReadOnlySpan<float> logits, int count, float logSum)
    {
        var top = new TopLogprob[Math.Min(count, logits.Length)];
        var found = 0;
        if (top.Length == 0)
            return top;
        for (var i = 0; i < logits.Length; i++)
        {
            if (found == top.Length && !(logits[i] - logSum > top[found - 1].Logprob))
                continue;
            var at = found < top.Length ? found++ : found - 1;
            for (; at > 0 && top[at - 1].Logprob < logits[i] - logSum; at--)
                top[at] = top[at - 1];
            top[at] = new TopLogprob(i, logits[i] - logSum);
        }

        return top;
    }
}

/// <summary>No token can be chosen from a row of logits: its sequence ends, others go on.</summary>
internal sealed class InvalidLogitsException(string message) : Exception(message);
