namespace ChatApp.Inference.Models;

/// <summary>
/// Walks the fields of one protobuf message (https://protobuf.dev/programming-guides/encoding/) without copying. Every length is
/// checked against what is left, so a truncated or hostile message ends in <see cref="ModelLoadException"/>, never in a large allocation.
/// </summary>
internal ref struct ProtoReader(ReadOnlySpan<byte> message, int origin = 0)
{
    private readonly ReadOnlySpan<byte> _message = message;
    private readonly int _origin = origin;
    private int _position;

    /// <summary>Number of the current field.</summary>
    public int Field { get; private set; }

    /// <summary>Value of the current field where it is a number.</summary>
    public ulong Number { get; private set; }

    /// <summary>Bytes of the current field where it is length-delimited; else empty.</summary>
    public ReadOnlySpan<byte> Bytes { get; private set; }

    /// <summary>Offset of the current field's tag in the outermost buffer.</summary>
    public int TagOffset { get; private set; }

    /// <summary>Offset of <see cref="Bytes"/> in the outermost buffer.</summary>
    public int BytesOffset { get; private set; }

    /// <summary>Offset just behind the current field in the outermost buffer.</summary>
    public readonly int EndOffset => _origin + _position;

    /// <summary>Moves to the next field; false at the end of the message.</summary>
    public bool Next()
    {
        if (_position == _message.Length)
            return false;

        TagOffset = _origin + _position;
        var tag = ReadVarint();
        Field = tag >> 3 is > 0 and <= 0x1FFF_FFFF ? (int)(tag >> 3) : throw Broken();
        Number = 0;
        Bytes = default;
        switch (tag & 7)
        {
            case 0:
                Number = ReadVarint();
                break;
            case 1:
                Number = BitConverter.ToUInt64(Take(8));
                break;
            case 2:
                var length = ReadVarint();
                if (length > (ulong)(_message.Length - _position))
                    throw Broken();
                BytesOffset = _origin + _position;
                Bytes = Take((int)length);
                break;
            case 5:
                Number = BitConverter.ToUInt32(Take(4));
                break;
            default:
                throw Broken();
        }

        return true;
    }

    /// <summary>A reader over the current field's bytes that reports offsets in the same outermost buffer.</summary>
    public readonly ProtoReader Inner() => new(Bytes, BytesOffset);

    private ReadOnlySpan<byte> Take(int length)
    {
        if (length > _message.Length - _position)
            throw Broken();
        var taken = _message.Slice(_position, length);
        _position += length;
        return taken;
    }

    private ulong ReadVarint()
    {
        ulong value = 0;
        for (var shift = 0; shift < 64; shift += 7)
        {
            if (_position == _message.Length)
                throw Broken();
            var next = _message[_position++];
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
                return value;
        }

        throw Broken();
    }

    private readonly ModelLoadException Broken() =>
        new($"The ONNX file is not a complete protobuf message: it breaks at byte {_origin + _position}. Copy the file again.");
}
