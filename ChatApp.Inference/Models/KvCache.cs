using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace ChatApp.Inference.Models;

/// <summary>
/// Keys and values: the lanes that the model reads and writes in place, and the store of prefix-cache blocks. Knows bytes, not
/// sequences; which tokens they belong to is the engine's and the <see cref="PrefixCache"/>'s business.
/// </summary>
internal sealed class KvCache
{
    private readonly IDeviceMemory _memory;
    private readonly nint[] _buffers;
    private readonly nint _blocks;
    private readonly long _blockBytes;

    /// <param name="shape">Lanes.</param>
    /// <param name="blockTokens">Tokens of a block.</param>
    /// <param name="blocks">Number of blocks; 0 for no prefix cache.</param>
    /// <param name="memory">Where it all lives.</param>
    public KvCache(KvShape shape, int blockTokens, int blocks, IDeviceMemory memory)
    {
        Shape = shape;
        BlockTokens = blockTokens;
        _memory = memory;
        _buffers = new nint[shape.Layers * 2];
        for (var i = 0; i < _buffers.Length; i++)
            _buffers[i] = memory.Allocate(shape.LaneBytes * shape.Lanes);
        _blockBytes = shape.TokenBytes * blockTokens;
        _blocks = blocks == 0 ? 0 : memory.Allocate(_blockBytes * blocks);
    }

    public KvShape Shape { get; }

    public int BlockTokens { get; }

    /// <summary>A tensor [rows, kv_heads, lane, head] over neighbouring lanes of one layer's keys (part 0) or values (part 1).</summary>
    public OrtValue Tensor(int layer, int part, int firstLane, int rows, TensorElementType type) => OrtValue.CreateTensorValueWithData(
        _memory.Info, type, [rows, Shape.KvHeads, Shape.LaneTokens, Shape.HeadSize],
        _buffers[layer * 2 + part] + (nint)(firstLane * Shape.LaneBytes), rows * Shape.LaneBytes);

    /// <summary>Copies the first tokens of a lane over those of another.</summary>
    public void CopyLane(int from, int to, int tokens)
    {
        foreach (var buffer in _buffers)
        {
            _memory.Copy(
                buffer + (nint)(to * Shape.LaneBytes), Shape.HeadBytes,
                buffer + (nint)(from * Shape.LaneBytes), Shape.HeadBytes, (long)tokens * Shape.RowBytes, Shape.KvHeads);
        }

        _memory.CompleteCopies();
    }

    /// <summary>Keeps one block's worth of a lane in a slot of the store.</summary>
    public void SaveBlock(int lane, int firstToken, int slot)
    {
        var part = (long)BlockTokens * Shape.RowBytes;
        var block = _blocks + (nint)(slot * _blockBytes);
        foreach (var buffer in _buffers)
        {
            _memory.Copy(block, part, Address(buffer, lane, firstToken), Shape.HeadBytes, part, Shape.KvHeads);
            block += (nint)(part * Shape.KvHeads);
        }

        _memory.CompleteCopies();
    }

    /// <summary>Copies a slot of the store into a lane.</summary>
    public void LoadBlock(int slot, int lane, int firstToken)
    {
        var part = (long)BlockTokens * Shape.RowBytes;
        var block = _blocks + (nint)(slot * _blockBytes);
        foreach (var buffer in _buffers)
        {
            _memory.Copy(Address(buffer, lane, firstToken), Shape.HeadBytes, block, part, part, Shape.KvHeads);
            block += (nint)(part * Shape.KvHeads);
        }

        _memory.CompleteCopies();
    }

    private nint Address(nint buffer, int lane, int token) =>
        buffer + (nint)(lane * Shape.LaneBytes + (long)token * Shape.RowBytes);
}
