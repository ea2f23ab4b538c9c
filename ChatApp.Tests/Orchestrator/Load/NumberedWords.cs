using System.Diagnostics;
using System.Globalization;

namespace ChatApp.Tests.Orchestrator.Load;

/// <summary>What a reader of <see cref="PacedModelServer"/> has got: each word once and in order, and how old it was when it came.</summary>
internal sealed class NumberedWords
{
    public List<double> Delays { get; } = [];

    public int Count => Delays.Count;

    /// <summary>Pieces in which the words came.</summary>
    public int Pieces { get; private set; }

    public void Read(ReadOnlySpan<char> text)
    {
        var now = Stopwatch.GetTimestamp();
        Pieces++;
        foreach (var range in text.Split(' '))
        {
            var word = text[range];
            if (word.IsEmpty)
                continue;
            var at = word.IndexOf('@');
            int.Parse(word[..at], CultureInfo.InvariantCulture).ShouldBe(Count + 1, "words come in order, none twice");
            Delays.Add(Stopwatch.GetElapsedTime(long.Parse(word[(at + 1)..], CultureInfo.InvariantCulture), now).TotalMilliseconds);
        }
    }
}
