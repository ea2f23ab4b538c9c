using ChatApp.Inference.Engine.Requests;

namespace ChatApp.Inference.Models;

/// <summary>Sizes of the keys and values of a model: per layer one key and one value buffer of [lanes, kv_heads, lane tokens, head].</summary>
internal sealed record KvShape(int Layers, int KvHeads, int HeadSize, int ElementBytes, int Lanes, int LaneTokens)
{
    /// <summary>Bytes of one head's keys of one token.</summary>
    public int RowBytes => HeadSize * ElementBytes;

    /// <summary>Bytes of keys and values of one token over all layers.</summary>
    public long TokenBytes => 2L * Layers * KvHeads * RowBytes;

    /// <summary>Bytes of one head of a lane.</summary>
    public long HeadBytes => (long)LaneTokens * RowBytes;

    /// <summary>Bytes of one lane in one layer's key (or value) buffer.</summary>
    public long LaneBytes => HeadBytes * KvHeads;

    /// <summary>Fits lanes of the wanted length into the memory budget.</summary>
    /// <exception cref="ModelLoadException">Not even one lane fits.</exception>
    public static KvShape Fit(int layers, int kvHeads, int headSize, int elementBytes, int laneTokens, EngineOptions options)
    {
        var one = new KvShape(layers, kvHeads, headSize, elementBytes, 1, laneTokens);
        var bytes = checked(one.TokenBytes * laneTokens);
        var lanes = (int)Math.Min(options.MaxSequences, options.KvCacheBytes / bytes);
        return lanes >= 1
            ? one with { Lanes = lanes }
            : throw new ModelLoadException(
                $"Model '{options.Id}': one sequence of {laneTokens} tokens needs {bytes} bytes of keys and values, but KvCacheBytes is {options.KvCacheBytes}. " +
                "Raise KvCacheBytes or lower ContextLength.");
    }
}
