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

    /// <summary>The bytes of a token; one that has any character outside the alphabet stands for its own UTF-8, as in Hugging Face's decoder.</summary>
    public static byte[] ToBytes(string token)
    {
        var bytes = new byte[token.Length];
        for (var i = 0; i < token.Length; i++)
        {
            if (token[i] >= _byteOf.Length || _byteOf[token[i]] < 0)
                return Encoding.UTF8.GetBytes(token);
            bytes[i] = (byte)_byteOf[token[i]];
        }
        return bytes;
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
