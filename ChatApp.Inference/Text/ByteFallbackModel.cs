using System.Buffers;
using System.Text;

namespace ChatApp.Inference.Text;

/// <summary>BPE over characters with byte fallback (Llama 2, Phi-3, Mistral, Gemma): a character outside the vocabulary becomes its UTF-8 bytes.</summary>
internal sealed class ByteFallbackModel : PieceModel
{
    private readonly BytePairMerger _merger;
    private readonly int[] _byteIds = new int[256];
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _vocabulary;
    private readonly int? _unknown;
    private readonly bool _fuseUnknown;

    public ByteFallbackModel(TokenizerFile file)
    {
        for (var b = 0; b < 256; b++)
            _byteIds[b] = file.Vocabulary.TryGetValue($"<0x{b:X2}>", out var id) ? id : -1;
        _merger = new BytePairMerger(file.MergeIds());
        _vocabulary = file.Vocabulary.GetAlternateLookup<ReadOnlySpan<char>>();
        _unknown = file.UnknownToken is { } unknown && file.Vocabulary.TryGetValue(unknown, out var unknownId) ? unknownId : null;
        _fuseUnknown = file.FuseUnknown;
    }

    public override void Encode(ReadOnlySpan<char> piece, List<int> output)
    {
        var symbols = ArrayPool<int>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(piece.Length));
        var used = 0;
        Span<byte> utf8 = stackalloc byte[4];
        for (var i = 0; i < piece.Length;)
        {
            Rune.DecodeFromUtf16(piece[i..], out var rune, out var length);
            if (_vocabulary.TryGetValue(piece.Slice(i, length), out var id))
                symbols[used++] = id;
            else
                used = AppendBytes(utf8[..rune.EncodeToUtf8(utf8)], symbols, used);
            i += length;
        }
        _merger.Apply(symbols.AsSpan(0, used), output);
        ArrayPool<int>.Shared.Return(symbols);
    }

    public override byte[] BytesOf(string entry) =>
        entry.Length == 6 && entry.StartsWith("<0x", StringComparison.Ordinal) && entry[5] == '>'
            && byte.TryParse(entry.AsSpan(3, 2), System.Globalization.NumberStyles.AllowHexSpecifier, null, out var value)
            ? [value]
            : Encoding.UTF8.GetBytes(entry.Replace('\u2581', ' '));

    private int AppendBytes(ReadOnlySpan<byte> utf8, int[] symbols, int used)
    {
        var known = true;
        foreach (var b in utf8)
            known &= _byteIds[b] >= 0;
        if (known)
        {
            foreach (var b in utf8)
                symbols[used++] = _byteIds[b];
        }
        else if (_unknown is { } unknown && !(_fuseUnknown && used > 0 && symbols[used - 1] == unknown))
        {
            symbols[used++] = unknown;
        }
        return used;
    }
}
