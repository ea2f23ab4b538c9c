using System.Buffers;
using System.Text;

namespace ChatApp.Inference.Models;

/// <summary>Writes protobuf fields: enough for an ONNX node or graph.</summary>
internal static class ProtoWriter
{
    /// <summary>Appends a number as a varint.</summary>
    public static void Varint(this IBufferWriter<byte> output, ulong value)
    {
        var span = output.GetSpan(10);
        var count = 0;
        for (; value >= 0x80; value >>= 7)
            span[count++] = (byte)(value | 0x80);
        span[count++] = (byte)value;
        output.Advance(count);
    }

    /// <summary>A numeric field.</summary>
    public static void Number(this IBufferWriter<byte> output, int field, long value)
    {
        output.Varint((ulong)field << 3);
        output.Varint((ulong)value);
    }

    /// <summary>A 32-bit floating-point field.</summary>
    public static void Float(this IBufferWriter<byte> output, int field, float value)
    {
        output.Varint(((ulong)field << 3) | 5);
        output.Write(BitConverter.GetBytes(value));
    }

    /// <summary>The start of a length-delimited field; exactly <paramref name="length"/> bytes must follow.</summary>
    public static void Header(this IBufferWriter<byte> output, int field, long length)
    {
        output.Varint(((ulong)field << 3) | 2);
        output.Varint((ulong)length);
    }

    /// <summary>A length-delimited field.</summary>
    public static void Bytes(this IBufferWriter<byte> output, int field, ReadOnlySpan<byte> value)
    {
        output.Header(field, value.Length);
        output.Write(value);
    }

    /// <summary>A text field.</summary>
    public static void Text(this IBufferWriter<byte> output, int field, string value) => output.Bytes(field, Encoding.UTF8.GetBytes(value));

    /// <summary>A nested message.</summary>
    public static void Message(this IBufferWriter<byte> output, int field, Action<ArrayBufferWriter<byte>> write)
    {
        var inner = new ArrayBufferWriter<byte>();
        write(inner);
        output.Bytes(field, inner.WrittenSpan);
    }
}
