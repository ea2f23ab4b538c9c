using System.Text;

namespace ChatApp.Inference.Engine.Sampling;

/// <summary>Finds stop strings in text that comes in pieces, and holds back what could be the start of one.</summary>
internal sealed class StopText(IReadOnlyList<string> stops)
{
    private readonly StringBuilder _held = new();

    /// <summary>The stop string that was found, if one was.</summary>
    public string? Matched { get; private set; }

    /// <summary>Adds text; returns what is certain not to be part of a stop string. Once matched, returns what stood before the match.</summary>
    public string Append(string text)
    {
        if (stops.Count == 0 || text.Length == 0)
            return text;

        var all = _held.Length == 0 ? text : _held.Append(text).ToString();
        _held.Clear();
        var end = -1;
        foreach (var stop in stops)
        {
            var at = all.IndexOf(stop, StringComparison.Ordinal);
            if (at >= 0 && (end < 0 || at < end))
                (end, Matched) = (at, stop);
        }

        if (end >= 0)
            return all[..end];
        var held = LongestStart(all);
        _held.Append(all, all.Length - held, held);
        return held == 0 ? all : all[..^held];
    }

    /// <summary>What is still held back, when no more text follows.</summary>
    public string Flush()
    {
        var rest = _held.ToString();
        _held.Clear();
        return rest;
    }

    /// <summary>Length of the longest end of the text that a stop string begins with.</summary>
    private int LongestStart(string all)
    {
        var longest = 0;
        foreach (var stop in stops)
        {
            for (var length = Math.Min(stop.Length - 1, all.Length); length > longest; length--)
            {
                if (all.AsSpan(all.Length - length).SequenceEqual(stop.AsSpan(0, length)))
                {
                    longest = length;
                    break;
                }
            }
        }

        return longest;
    }
}
