using System.Buffers;
using System.Text;
using Microsoft.ML.Tokenizers;

namespace ChatApp.Inference.Text;

/// <summary>
/// Byte-level BPE (GPT-2, Llama 3, Qwen, Phi-4): every byte is a character of a printable alphabet, so nothing is ever unknown.
/// Pieces of ordinary length are merged by Microsoft.ML.Tokenizers; its merge is not linearithmic, so very long pieces go to <see cref="BytePairMerger"/>.
/// </summary>
internal sealed class ByteLevelModel : PieceModel
{
    private const int LongPiece = 1024;

    private readonly BpeTokenizer _words;
    private readonly BytePairMerger _longPieces;
    private readonly int[] _byteIds = new int[256];
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>>? _wholePieces;

    public ByteLevelModel(TokenizerFile file)
    {
        for (var b = 0; b < 256; b++)
            _byteIds[b] = file.Vocabulary.TryGetValue(ByteLevelAlphabet.ToCharacter((byte)b).ToString(), out var id) ? id : -1;
        _longPieces = new BytePairMerger(file.MergeIds());
        _words = BpeTokenizer.Create(new BpeOptions(file.Vocabulary)
        {
            Merges = file.Merges.Select(m => $"{m.Left} {m.Right}"),
            ByteLevel = true,
        });
        if (file.IgnoreMerges)
            _wholePieces = file.Vocabulary.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    public override void Encode(ReadOnlySpan<char> piece, List<int> output)
    {
        if (_wholePieces is { } wholePieces && piece.Length <= 128 && WholePiece(piece, wholePieces) is { } whole)
            output.Add(whole);
        else if (piece.Length <= LongPiece)
            output.AddRange(_words.EncodeToIds(piece, considerPreTokenization: false, considerNormalization: false));
        else
            EncodeLong(piece, output);
    }

    /// <summary>Merges with <see cref="BytePairMerger"/> whatever the length.</summary>
    internal void EncodeLong(ReadOnlySpan<char> piece, List<int> output)
    {
        var bytes = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(piece.Length));
        var count = Encoding.UTF8.GetBytes(piece, bytes);
        var symbols = ArrayPool<int>.Shared.Rent(count);
        var used = 0;
        for (var i = 0; i < count; i++)
        {
            if (_byteIds[bytes[i]] is >= 0 and var id)
                symbols[used++] = id;
        }
        _longPieces.Apply(symbols.AsSpan(0, used), output);
        ArrayPool<int>.Shared.Return(symbols);
        ArrayPool<byte>.Shared.Return(bytes);
    }

    public override byte[] BytesOf(string entry) => ByteLevelAlphabet.ToBytes(entry);

    private static int? WholePiece(ReadOnlySpan<char> piece, Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> vocabulary)
    {
        Span<byte> bytes = stackalloc byte[128 * 3];
        Span<char> mapped = stackalloc char[128 * 3];
        var count = Encoding.UTF8.GetBytes(piece, bytes);
        for (var i = 0; i < count; i++)
            mapped[i] = ByteLevelAlphabet.ToCharacter(bytes[i]);
        return vocabulary.TryGetValue(mapped[..count], out var id) ? id : null;
    }
}
