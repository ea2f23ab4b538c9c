using System.Buffers;
using System.Text;
using ChatApp.Inference.Tokens;

namespace ChatApp.Inference.Text;

/// <summary>
/// Text of one sequence as its tokens come. A character whose bytes are spread over tokens appears with its last byte, never in part;
/// bytes that are no UTF-8 become U+FFFD. Not safe for concurrent use.
/// </summary>
/// <param name="tokenizer">The model's tokenizer.</param>
/// <param name="skipSpecial">Whether control tokens are left out of the text.</param>
/// <param name="visible">Control tokens that are shown all the same, such as a family's mark of a tool call.</param>
public sealed class Detokenizer(Tokenizer tokenizer, bool skipSpecial = true, IReadOnlySet<int>? visible = null) : IDetokenizer
{
    private byte[] _pending = new byte[16];
    private int _pendingCount;

    /// <summary>The text that this token completes; empty when it only begins a character.</summary>
    public string Append(int tokenId)
    {
        if (skipSpecial && tokenizer.IsSpecial(tokenId) && visible?.Contains(tokenId) != true)
            return Flush();
        if (_pendingCount == 0 && tokenizer.WholeText(tokenId) is { } whole)
            return whole;

        var bytes = tokenizer.TokenBytes(tokenId);
        if (_pendingCount + bytes.Length > _pending.Length)
            Array.Resize(ref _pending, Math.Max(_pending.Length * 2, _pendingCount + bytes.Length));
        bytes.CopyTo(_pending.AsSpan(_pendingCount));
        _pendingCount += bytes.Length;
        return Take(final: false);
    }

    /// <summary>What is left at the end of the sequence: an unfinished character becomes U+FFFD.</summary>
    public string Flush() => _pendingCount == 0 ? "" : Take(final: true);

    private string Take(bool final)
    {
        // No more units of UTF-16 than bytes of UTF-8.
        Span<char> text = _pendingCount <= 256 ? stackalloc char[256] : new char[_pendingCount];
        var length = 0;
        var at = 0;
        while (at < _pendingCount)
        {
            var status = Rune.DecodeFromUtf8(_pending.AsSpan(at, _pendingCount - at), out var rune, out var consumed);
            if (status == OperationStatus.NeedMoreData && !final)
                break;
            length += (status == OperationStatus.Done ? rune : Rune.ReplacementChar).EncodeToUtf16(text[length..]);
            at += consumed;
        }
        _pending.AsSpan(at, _pendingCount - at).CopyTo(_pending);
        _pendingCount -= at;
        return text[..length] is ['\uFFFD'] ? "\uFFFD" : text[..length].ToString();
    }
}
