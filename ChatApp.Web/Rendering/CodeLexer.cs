namespace ChatApp.Web.Rendering;

/// <summary>
/// Cuts code into coloured runs in one pass and linear time. It colours what it recognises and never refuses: half a
/// program, as it stands while an answer streams, is an ordinary input.
/// </summary>
internal static class CodeLexer
{
    public static List<CodeToken> Lex(string code, CodeLanguage? language) => language?.Syntax switch
    {
        null or CodeSyntax.None => [new CodeToken(TokenKind.Plain, 0, code.Length)],
        CodeSyntax.Markup => LexMarkup(code),
        CodeSyntax.Diff => LexDiff(code),
        _ => LexWords(code, language),
    };

    private static List<CodeToken> LexWords(string code, CodeLanguage language)
    {
        var tokens = new List<CodeToken>();
        var i = 0;
        while (i < code.Length)
        {
            var start = i;
            var kind = TokenKind.Plain;
            if (language.BlockComment is { } block && StartsAt(code, i, block.Open))
            {
                var end = code.IndexOf(block.Close, i + block.Open.Length, StringComparison.Ordinal);
                (i, kind) = (end < 0 ? code.Length : end + block.Close.Length, TokenKind.Comment);
            }
            else if (IsLineComment(code, i, language))
            {
                (i, kind) = (EndOfLine(code, i), TokenKind.Comment);
            }
            else if (QuoteAt(code, i, language) is var (quote, isLong) && quote is not null)
            {
                i = EndOfText(code, i, quote, isLong);
                kind = language.Syntax == CodeSyntax.Keyed && IsKey(code, i) ? TokenKind.Attribute : TokenKind.Text;
            }
            else if (char.IsAsciiDigit(code[i]))
            {
                while (i < code.Length && (char.IsAsciiLetterOrDigit(code[i]) || code[i] is '.' or '_'))
                    i++;
                kind = TokenKind.Number;
            }
            else if (IsWordStart(code[i]))
            {
                i++;
                while (i < code.Length && IsWordPart(code[i], language))
                    i++;
                kind = KindOf(code[start..i], code, i, language);
            }
            else
            {
                i++;
            }

            Append(tokens, kind, start, i - start);
        }

        return tokens;
    }

    private static TokenKind KindOf(string word, string code, int end, CodeLanguage language)
    {
        var folded = language.IgnoreCase ? word.ToLowerInvariant() : word;
        if (language.Literals.Contains(folded))
            return TokenKind.Literal;
        if (language.Keywords.Contains(folded))
            return TokenKind.Keyword;
        if (language.Syntax == CodeSyntax.Keyed)
            return IsKey(code, end) ? TokenKind.Attribute : TokenKind.Plain;
        if (end < code.Length && code[end] == '(')
            return TokenKind.Name;
        return word.Length > 1 && char.IsAsciiLetterUpper(word[0]) && word.AsSpan().ContainsAnyInRange('a', 'z') ? TokenKind.Type : TokenKind.Plain;
    }

    private static List<CodeToken> LexMarkup(string code)
    {
        var tokens = new List<CodeToken>();
        var i = 0;
        while (i < code.Length)
        {
            var start = i;
            if (StartsAt(code, i, "<!--"))
            {
                var end = code.IndexOf("-->", i, StringComparison.Ordinal);
                i = end < 0 ? code.Length : end + 3;
                Append(tokens, TokenKind.Comment, start, i - start);
            }
            else if (code[i] == '<' && i + 1 < code.Length && (char.IsAsciiLetter(code[i + 1]) || code[i + 1] is '/' or '!' or '?'))
            {
                i = LexTag(code, i, tokens);
            }
            else
            {
                var next = code.IndexOf('<', i + 1);
                i = next < 0 ? code.Length : next;
                Append(tokens, TokenKind.Plain, start, i - start);
            }
        }

        return tokens;
    }

    private static int LexTag(string code, int i, List<CodeToken> tokens)
    {
        var start = i;
        while (i < code.Length && !char.IsWhiteSpace(code[i]) && code[i] != '>')
            i++;
        Append(tokens, TokenKind.Tag, start, i - start);
        while (i < code.Length && code[i] != '>')
        {
            start = i;
            if (code[i] is '"' or '\'')
            {
                var end = code.IndexOf(code[i], i + 1);
                i = end < 0 ? code.Length : end + 1;
                Append(tokens, TokenKind.Text, start, i - start);
            }
            else if (IsWordStart(code[i]))
            {
                i++;
                while (i < code.Length && (char.IsLetterOrDigit(code[i]) || code[i] is '-' or ':' or '_' or '.' or '@'))
                    i++;
                Append(tokens, TokenKind.Attribute, start, i - start);
            }
            else
            {
                i++;
                Append(tokens, TokenKind.Plain, start, 1);
            }
        }

        if (i < code.Length)
            Append(tokens, TokenKind.Tag, i++, 1);
        return i;
    }

    private static List<CodeToken> LexDiff(string code)
    {
        var tokens = new List<CodeToken>();
        for (var i = 0; i < code.Length;)
        {
            var end = Math.Min(EndOfLine(code, i) + 1, code.Length);
            var kind = code[i] switch
            {
                '+' => TokenKind.Added,
                '-' => TokenKind.Removed,
                '@' => TokenKind.Meta,
                _ => TokenKind.Plain,
            };
            Append(tokens, kind, i, end - i);
            i = end;
        }

        return tokens;
    }

    private static bool IsLineComment(string code, int i, CodeLanguage language)
    {
        foreach (var comment in language.LineComments)
        {
            // In a shell "$#" and "a#b" are no comments.
            if (StartsAt(code, i, comment) && (comment != "#" || i == 0 || char.IsWhiteSpace(code[i - 1])))
                return !language.Keywords.Contains(Word(code, i));
        }

        return false;
    }

    private static string Word(string code, int i)
    {
        var end = i + 1;
        while (end < code.Length && char.IsAsciiLetter(code[end]))
            end++;
        return code[i..end];
    }

    private static (string? Quote, bool IsLong) QuoteAt(string code, int i, CodeLanguage language)
    {
        foreach (var quote in language.LongQuotes)
        {
            if (StartsAt(code, i, quote))
                return (quote, true);
        }

        foreach (var quote in language.Quotes)
        {
            if (StartsAt(code, i, quote))
                return (quote, false);
        }

        return (null, false);
    }

    private static int EndOfText(string code, int i, string quote, bool isLong)
    {
        for (i += quote.Length; i < code.Length; i++)
        {
            if (code[i] == '\\')
                i++;
            else if (!isLong && code[i] == '\n')
                return i;
            else if (StartsAt(code, i, quote))
                return i + quote.Length;
        }

        return code.Length;
    }

    private static bool IsKey(string code, int i)
    {
        while (i < code.Length && code[i] == ' ')
            i++;
        return i < code.Length && code[i] is ':' or '=';
    }

    private static bool IsWordStart(char c) => char.IsLetter(c) || c is '_' or '@' or '$' or '#';

    private static bool IsWordPart(char c, CodeLanguage language) =>
        char.IsLetterOrDigit(c) || c == '_' || (c == '-' && language.Syntax == CodeSyntax.Keyed);

    private static bool StartsAt(string code, int i, string text) => code.AsSpan(i).StartsWith(text, StringComparison.Ordinal);

    private static int EndOfLine(string code, int i) => code.IndexOf('\n', i) is var end && end < 0 ? code.Length : end;

    private static void Append(List<CodeToken> tokens, TokenKind kind, int start, int length)
    {
        if (tokens.Count > 0 && tokens[^1].Kind == kind && tokens[^1].Start + tokens[^1].Length == start)
            tokens[^1] = tokens[^1] with { Length = tokens[^1].Length + length };
        else if (length > 0)
            tokens.Add(new CodeToken(kind, start, length));
    }
}

/// <summary>A run of code of one kind.</summary>
internal readonly record struct CodeToken(TokenKind Kind, int Start, int Length);
