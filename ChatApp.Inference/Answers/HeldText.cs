using System.Text;

namespace ChatApp.Inference.Answers;

/// <summary>Text that may turn out to hold a marker: what is certainly before one is let go, the rest waits.</summary>
internal sealed class HeldText
{
    private readonly StringBuilder _text = new();

    public int Length => _text.Length;

    public void Append(ReadOnlySpan<char> text) => _text.Append(text);

    public string TakeAll()
    {
        var all = _text.ToString();
        _text.Clear();
        return all;
    }

    /// <summary>
    /// Looks for <paramref name="marker"/>. Found: returns true, <paramref name="before"/> has the text in front of it and the marker is gone.
    /// Else <paramref name="before"/> has what cannot belong to a marker, nor be white space in front of one.
    /// </summary>
    public bool TakeUntil(string marker, out string before)
    {
        var text = _text.ToString();
        var at = text.IndexOf(marker, StringComparison.Ordinal);
        if (at >= 0)
        {
            before = text[..at];
            _text.Remove(0, at + marker.Length);
            return true;
        }
        var keep = Math.Min(marker.Length - 1, text.Length);
        while (keep > 0 && !marker.AsSpan().StartsWith(text.AsSpan(text.Length - keep)))
            keep--;
        var end = text.Length - keep;
        while (end > 0 && char.IsWhiteSpace(text[end - 1]))
            end--;
        before = text[..end];
        _text.Remove(0, end);
        return false;
    }
}
