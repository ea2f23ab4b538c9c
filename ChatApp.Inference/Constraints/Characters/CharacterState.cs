namespace ChatApp.Inference.Constraints.Characters;

/// <summary>
/// How far a character of a JSON string has been read, packed into an integer: 0 between characters; after a UTF-8 lead byte the bits so far and how many
/// bytes are missing; after a backslash how much of the escape has been read. Only well-formed UTF-8 and escapes of whole characters pass.
/// </summary>
internal static class CharacterState
{
    public const int Between = 0;

    /// <summary>Most bytes that end a character that has been begun: the second half of a pair of escapes.</summary>
    public const int LongestRest = 12;

    private const int Escape = 1 << 28;
    private const int Hex = 2 << 28;
    private const int Kind = 3 << 28;

    /// <summary>
    /// Takes a byte inside a string. Returns false when it cannot stand there. When a character is complete, <paramref name="state"/> is
    /// <see cref="Between"/> and <paramref name="character"/> its code point; else <paramref name="character"/> is -1.
    /// </summary>
    public static bool Step(ref int state, byte value, out int character)
    {
        character = -1;
        return (state & Kind) switch
        {
            Escape => StepEscape(ref state, value, out character),
            Hex => StepHex(ref state, value, out character),
            _ when state == Between => StepFirst(ref state, value, out character),
            _ => StepContinuation(ref state, value, out character),
        };
    }

    /// <summary>The code points that a character begun as <paramref name="state"/> (in UTF-8) can still become.</summary>
    public static bool TryRange(int state, out int low, out int high)
    {
        low = high = 0;
        if (state == Between || (state & Kind) != 0)
            return false;
        var missing = state >> 24;
        var bits = state & 0xFFFFFF;
        low = bits == 0 ? Smallest(missing) : bits << (6 * missing);
        high = ((bits + 1) << (6 * missing)) - 1;
        return true;
    }

    /// <summary>Whether the state is inside an escape.</summary>
    public static bool IsEscape(int state) => (state & Kind) is Escape or Hex;

    private static bool StepFirst(ref int state, byte value, out int character)
    {
        character = -1;
        switch (value)
        {
            case (byte)'\\':
                state = Escape;
                return true;
            case (byte)'"' or < 0x20:
                return false;
            case < 0x80:
                character = value;
                return true;
            case >= 0xC2 and < 0xE0:
                state = (1 << 24) | (value & 0x1F);
                return true;
            case >= 0xE0 and < 0xF0:
                state = (2 << 24) | (value & 0x0F);
                return true;
            case >= 0xF0 and < 0xF5:
                state = (3 << 24) | (value & 0x07);
                return true;
            default:
                return false;
        }
    }

    private static bool StepContinuation(ref int state, byte value, out int character)
    {
        character = -1;
        if ((value & 0xC0) != 0x80)
            return false;
        var missing = (state >> 24) - 1;
        var bits = ((state & 0xFFFFFF) << 6) | (value & 0x3F);
        // The second byte tells overlong forms, surrogates and values past the end of Unicode.
        var low = bits << (6 * missing);
        var high = ((bits + 1) << (6 * missing)) - 1;
        var wasLead = (state & 0xFFFFFF) < 0x20;
        if (wasLead && missing > 0 && (high < Smallest(missing + 1) || low is >= 0xD800 and <= 0xDFFF || low > 0x10FFFF))
            return false;
        if (missing == 0)
        {
            state = Between;
            character = bits;
            return true;
        }
        state = (missing << 24) | bits;
        return true;
    }

    private static bool StepEscape(ref int state, byte value, out int character)
    {
        character = value switch
        {
            (byte)'"' => '"',
            (byte)'\\' => '\\',
            (byte)'/' => '/',
            (byte)'b' => '\b',
            (byte)'f' => '\f',
            (byte)'n' => '\n',
            (byte)'r' => '\r',
            (byte)'t' => '\t',
            _ => -1,
        };
        if (character >= 0)
        {
            state = Between;
            return true;
        }
        state = Hex | (4 << 24);
        return value == 'u';
    }

    private static bool StepHex(ref int state, byte value, out int character)
    {
        character = -1;
        if (!char.IsAsciiHexDigit((char)value))
            return false;
        var missing = ((state >> 24) & 0xF) - 1;
        var bits = ((state & 0xFFFF) << 4) | Convert.ToInt32(((char)value).ToString(), 16);
        // Half a surrogate pair is no character; such characters are written in UTF-8.
        if (missing == 2 && bits >= 0xD8 && bits <= 0xDF)
            return false;
        if (missing == 0)
        {
            state = Between;
            character = bits;
            return true;
        }
        state = Hex | (missing << 24) | bits;
        return true;
    }

    /// <summary>Smallest code point whose UTF-8 has this many bytes after the first.</summary>
    private static int Smallest(int continuations) => continuations switch { 1 => 0x80, 2 => 0x800, _ => 0x10000 };
}
