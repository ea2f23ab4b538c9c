using System.Globalization;

namespace ChatApp.ServiceDefaults;

/// <summary>Cuts text where no character is torn apart.</summary>
public static class TextCut
{
    /// <summary>As many whole characters from the beginning as fit.</summary>
    /// <param name="text">The text.</param>
    /// <param name="most">UTF-16 units.</param>
    public static string Beginning(this string text, int most)
    {
        if (text.Length <= most)
            return text;
        var length = 0;
        while (StringInfo.GetNextTextElementLength(text.AsSpan(length)) is var next && length + next <= most)
            length += next;
        // What readers see as one may be of any length: then it is cut between its code points.
        if (length == 0 && most > 0)
            length = char.IsHighSurrogate(text[most - 1]) ? most - 1 : most;
        return text[..length];
    }
}
