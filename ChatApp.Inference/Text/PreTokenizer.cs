using System.Text;
using System.Text.RegularExpressions;

namespace ChatApp.Inference.Text;

/// <summary>
/// A step of <c>tokenizer.json</c>'s <c>pre_tokenizer</c>: may rewrite a stretch of text once, then cuts it into pieces
/// across which no merge happens. Pieces are ranges of UTF-16 units.
/// </summary>
internal abstract record PreTokenizer
{
    /// <summary>Rewrites the text before any cut; <paramref name="first"/> is true for the stretch the whole text begins with.</summary>
    public virtual string Rewrite(string text, bool first) => text;

    /// <summary>Cuts one piece of the text into smaller ones, in order.</summary>
    public virtual void Cut(string text, Range piece, List<Range> pieces) => pieces.Add(piece);

    /// <summary>What becomes of the text that a <see cref="Split"/> matches.</summary>
    public enum Behavior
    {
        Isolated,
        Removed,
        MergedWithPrevious,
        MergedWithNext,
        Contiguous,
    }

    /// <summary>Replaces spaces by a visible mark (SentencePiece) and puts one in front.</summary>
    public sealed record Metaspace(string Mark, string PrependScheme, bool CutAtMark) : PreTokenizer
    {
        public override string Rewrite(string text, bool first)
        {
            text = text.Replace(" ", Mark, StringComparison.Ordinal);
            var prepend = PrependScheme == "always" || (PrependScheme == "first" && first);
            return prepend && !text.StartsWith(Mark, StringComparison.Ordinal) ? Mark + text : text;
        }

        public override void Cut(string text, Range piece, List<Range> pieces)
        {
            var (start, length) = piece.GetOffsetAndLength(text.Length);
            var end = start + length;
            while (CutAtMark && start < end)
            {
                var next = text.IndexOf(Mark, start + 1, end - start - 1, StringComparison.Ordinal);
                if (next < 0)
                    break;
                pieces.Add(start..next);
                start = next;
            }
            if (start < end)
                pieces.Add(start..end);
        }
    }

    /// <summary>The byte-level step itself; the mapping to bytes is the vocabulary's business, so only the optional space in front and GPT-2's cut remain.</summary>
    public sealed record ByteLevel(bool AddPrefixSpace, Split? Gpt2Cut) : PreTokenizer
    {
        public override string Rewrite(string text, bool first) =>
            AddPrefixSpace && text.Length > 0 && text[0] != ' ' ? " " + text : text;

        public override void Cut(string text, Range piece, List<Range> pieces)
        {
            if (Gpt2Cut is null)
                pieces.Add(piece);
            else
                Gpt2Cut.Cut(text, piece, pieces);
        }
    }

    /// <summary>BERT's words: cut at blanks, which go, and around every punctuation mark.</summary>
    public sealed record Bert : PreTokenizer
    {
        public override void Cut(string text, Range piece, List<Range> pieces)
        {
            var (start, length) = piece.GetOffsetAndLength(text.Length);
            var (at, word) = (start, start);
            foreach (var rune in text.AsSpan(start, length).EnumerateRunes())
            {
                var next = at + rune.Utf16SequenceLength;
                var mark = BertText.IsPunctuation(rune);
                if (mark || Rune.IsWhiteSpace(rune))
                {
                    if (at > word)
                        pieces.Add(word..at);
                    if (mark)
                        pieces.Add(at..next);
                    word = next;
                }
                at = next;
            }
            if (at > word)
                pieces.Add(word..at);
        }
    }

    /// <summary>Cuts at the matches of a regular expression.</summary>
    public sealed record Split(Regex Pattern, Behavior OnMatch, bool Invert) : PreTokenizer
    {
        public override void Cut(string text, Range piece, List<Range> pieces)
        {
            var (start, length) = piece.GetOffsetAndLength(text.Length);
            var shadow = ScalarShadow.Of(start == 0 && length == text.Length ? text : text.Substring(start, length));
            var marked = new List<(int Start, int End, bool Match)>();
            var at = 0;
            foreach (var match in Pattern.EnumerateMatches(shadow.Text))
            {
                if (match.Length == 0)
                    continue;
                if (match.Index > at)
                    marked.Add((at, match.Index, Invert));
                marked.Add((match.Index, match.Index + match.Length, !Invert));
                at = match.Index + match.Length;
            }
            if (at < shadow.Text.Length)
                marked.Add((at, shadow.Text.Length, Invert));
            foreach (var (from, to) in Join(marked))
                pieces.Add((start + shadow.Original(from))..(start + shadow.Original(to)));
        }

        private IEnumerable<(int Start, int End)> Join(List<(int Start, int End, bool Match)> marked)
        {
            for (var i = 0; i < marked.Count; i++)
            {
                var (start, end, match) = marked[i];
                switch (OnMatch)
                {
                    case Behavior.Removed when match:
                        break;
                    case Behavior.MergedWithPrevious when !match && i + 1 < marked.Count && marked[i + 1].Match:
                    case Behavior.MergedWithNext when match && i + 1 < marked.Count && !marked[i + 1].Match:
                        yield return (start, marked[++i].End);
                        break;
                    case Behavior.Contiguous:
                        while (i + 1 < marked.Count && marked[i + 1].Match == match)
                            end = marked[++i].End;
                        yield return (start, end);
                        break;
                    default:
                        yield return (start, end);
                        break;
                }
            }
        }
    }
}
