using System.Runtime.CompilerServices;
using System.Text;
using ChatApp.Orchestrator.Errors;

namespace ChatApp.Orchestrator.Files;

/// <summary>
/// Finds out as the bytes of a text pass which encoding they are in: UTF-8 or UTF-16, with or without their mark, or Windows-1252. Bytes that
/// are no text, or text that cannot be told from another encoding, are refused.
/// </summary>
internal sealed class TextBytes
{
    private const int Mark = 3;
    private const int LongestRun = 3;
    private const double MostForeign = 0.4;
    private const byte EndOfFile = 0x1A;

    private static readonly UTF8Encoding s_strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly List<byte> _head = [];
    private readonly Decoder _utf8 = s_strict.GetDecoder();
    private readonly char[] _characters = new char[4096];
    private string? _utf16;
    private bool _isUtf8 = true;
    private bool _isWindows = true;
    private bool _ended;
    private long _total;
    private long _foreign;
    private int _run;

    /// <summary>What the bytes were in, as <c>charset</c> names it; known once all have passed.</summary>
    /// <exception cref="RefusedException">It cannot be told.</exception>
    public string Charset()
    {
        if (_head.Count is > 0 and <= Mark)
            Begin();
        if (_utf16 is not null)
            return _utf16;
        if (_isUtf8 && Completes([], isLast: true))
            return "utf-8";
        // Where half of a text is letters beyond English, it is not Western.
        return _isWindows && _foreign <= _total * MostForeign ? "windows-1252"
            : throw Refused("Its encoding cannot be told. Save it as UTF-8 and send it again.");
    }

    /// <summary>Hands bytes on, and learns from them.</summary>
    /// <exception cref="RefusedException">They are no text.</exception>
    public async IAsyncEnumerable<ReadOnlyMemory<byte>> PassAsync(IAsyncEnumerable<ReadOnlyMemory<byte>> content, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var arrived in content.WithCancellation(cancellationToken))
        {
            See(arrived.Span);
            yield return arrived;
        }
    }

    private void See(ReadOnlySpan<byte> bytes)
    {
        if (_total == 0 && _head.Count <= Mark)
        {
            // The mark may come byte by byte.
            var more = Math.Min(bytes.Length, Mark + 1 - _head.Count);
            _head.AddRange(bytes[..more]);
            bytes = bytes[more..];
            if (_head.Count <= Mark)
                return;
            Begin(bytes);
        }

        Look(bytes);
    }

    private void Begin(ReadOnlySpan<byte> rest = default)
    {
        byte[] start = [.. _head, .. rest[..Math.Min(rest.Length, 1024)]];
        _utf16 = start.AsSpan().StartsWith((ReadOnlySpan<byte>)[0xFF, 0xFE]) ? "utf-16le"
            : start.AsSpan().StartsWith((ReadOnlySpan<byte>)[0xFE, 0xFF]) ? "utf-16be"
            : Alternates(start, zeroAt: 1) ? "utf-16le" : Alternates(start, zeroAt: 0) ? "utf-16be" : null;
        byte[] head = [.. _head];
        _head.Clear();
        Look(head);
    }

    // Western letters in UTF-16 have a zero in every other byte, and text has none elsewhere.
    private static bool Alternates(byte[] start, int zeroAt)
    {
        var (zeros, others) = (0, 0);
        for (var i = 0; i < start.Length; i++)
        {
            if (start[i] == 0 && i % 2 == zeroAt)
                zeros++;
            else if (start[i] == 0)
                others++;
        }

        return others == 0 && zeros >= 2 && zeros * 10 >= start.Length * 4;
    }

    private void Look(ReadOnlySpan<byte> bytes)
    {
        _total += bytes.Length;
        if (_utf16 is not null)
            return;
        _isUtf8 = _isUtf8 && Completes(bytes, isLast: false);
        foreach (var value in bytes)
        {
            // DOS ends a text with it.
            if (_ended && value != EndOfFile)
                throw Refused("It is no text. Send text, a PDF with text, or an image as PNG, JPEG, GIF or WebP.");
            _ended |= value == EndOfFile;
            if (value < 0x20 && !IsInText(value))
                throw Refused("It is no text. Send text, a PDF with text, or an image as PNG, JPEG, GIF or WebP.");
            _run = value < 0x80 ? 0 : _run + 1;
            _foreign += value < 0x80 ? 0 : 1;
            _isWindows &= value is not (0x81 or 0x8D or 0x8F or 0x90 or 0x9D) && _run <= LongestRun;
        }

        if (!_isUtf8 && !_isWindows)
            throw Refused("Its encoding cannot be told. Save it as UTF-8 and send it again.");
    }

    // Logs have colours and overstrikes.
    private static bool IsInText(byte value) => value is (byte)'\t' or (byte)'\n' or (byte)'\r' or (byte)'\f' or (byte)'\v' or (byte)'\b' or 0x1B or EndOfFile;

    private bool Completes(ReadOnlySpan<byte> bytes, bool isLast)
    {
        try
        {
            bool completed;
            do
            {
                _utf8.Convert(bytes, _characters, isLast, out var used, out _, out completed);
                bytes = bytes[used..];
            }
            while (!completed);
            return true;
        }
        catch (DecoderFallbackException)
        {
            return false;
        }
    }

    private static RefusedException Refused(string why) => new(Refusal.Invalid, "unsupported_file_type", $"This file can't be read. {why}") { Param = "file" };
}
