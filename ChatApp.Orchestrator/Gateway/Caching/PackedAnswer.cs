using System.Buffers.Binary;

namespace ChatApp.Orchestrator.Gateway.Caching;

/// <summary>The JSON objects of an answer as one value: each with its length in front.</summary>
internal static class PackedAnswer
{
    public static byte[] Pack(IReadOnlyList<ReadOnlyMemory<byte>> parts)
    {
        var packed = new byte[parts.Sum(part => part.Length + sizeof(int))];
        var rest = packed.AsSpan();
        foreach (var part in parts)
        {
            BinaryPrimitives.WriteInt32LittleEndian(rest, part.Length);
            part.Span.CopyTo(rest[sizeof(int)..]);
            rest = rest[(part.Length + sizeof(int))..];
        }

        return packed;
    }

    /// <returns>Null for what was not packed here.</returns>
    public static List<ReadOnlyMemory<byte>>? Unpack(ReadOnlyMemory<byte> packed)
    {
        var parts = new List<ReadOnlyMemory<byte>>();
        while (packed.Length >= sizeof(int))
        {
            var length = BinaryPrimitives.ReadInt32LittleEndian(packed.Span);
            if (length < 0 || length > packed.Length - sizeof(int))
                return null;
            parts.Add(packed.Slice(sizeof(int), length));
            packed = packed[(sizeof(int) + length)..];
        }

        return packed.IsEmpty && parts.Count > 0 ? parts : null;
    }
}
