using System.Text;

namespace ChatApp.Inference.Text;

/// <summary>
/// GPT-2's one-to-one map between the 256 byte values and printable characters, in which byte-level vocabularies are written:
/// printable Latin-1 stands for itself, every other byte for a character from U+0100 on.
/// </summary>
internal static class ByteLevelAlphabet
{
    private static readonly char[] _characterOf = BuildCharacters();
    private static readonly short[] _byteOf = BuildBytes();

    /// <summary>The character that stands for a byte.</summary>
    public static char ToCharacter(byte value) => _characterOf[value];

    /// <summary>The bytes of a vocabulary entry; characters outside the alphabet stand for their own UTF-8.</summary>
    public static byte[] ToBytes(string entry)
    {
        var bytes = new List<byte>(entry.Length);
        Span<byte> utf8 = stackalloc byte[4];
        foreach (var rune in entry.EnumerateRunes())
        {
            if (rune.Value < _byteOf.Length && _byteOf[rune.Value] >= 0)
                bytes.Add((byte)_byteOf[rune.Value]);
            else
                bytes.AddRange(utf8[..rune.EncodeToUtf8(utf8)]);
        }
        return [.. bytes];
    }

    private static bool IsPrintable(int b) => b is (>= '!' and <= '~') or (>= 0xA1 and <= 0xAC) or (>= 0xAE and <= 0xFF);

    private static char[] BuildCharacters()
    {
        var map = new char[256];
        var next = 256;
        for (var b = 0; b < 256; b++)
            map[b] = (char)(IsPrintable(b) ? b : next++);
        return map;
    }

    private static short[] BuildBytes()
    {
        var map = new short[_characterOf.Max() + 1];
        Array.Fill(map, (short)-1);
        for (var b = 0; b < 256; b++)
            map[_characterOf[b]] = (short)b;
        return map;
    }
}
