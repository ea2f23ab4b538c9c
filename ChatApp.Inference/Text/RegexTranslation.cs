using System.Text;
using System.Text.RegularExpressions;

namespace ChatApp.Inference.Text;

/// <summary>
/// Compiles the regular expressions of <c>tokenizer.json</c> (Oniguruma's syntax) for .NET: possessive quantifiers become atomic groups.
/// Every regex has a timeout; the published patterns are linear in the text.
/// </summary>
internal static class RegexTranslation
{
    private static readonly TimeSpan _timeout = TimeSpan.FromSeconds(2);

    public static Regex Compile(string pattern, string where)
    {
        try
        {
            return new Regex(WithoutPossessives(pattern), RegexOptions.CultureInvariant | RegexOptions.Compiled, _timeout);
        }
        catch (ArgumentException error)
        {
            throw new TokenizerFormatException($"{where}: the pattern '{pattern}' is not understood: {error.Message}", error);
        }
    }

    /// <summary>Rewrites <c>X?+</c>, <c>X*+</c>, <c>X++</c> and <c>X{n,m}+</c> as <c>(?>X?)</c> and so on.</summary>
    public static string WithoutPossessives(string pattern)
    {
        var output = new StringBuilder(pattern.Length + 16);
        var groups = new Stack<int>();
        var atom = -1;
        for (var i = 0; i < pattern.Length; i++)
        {
            var c = pattern[i];
            if (c is '?' or '*' or '+' && atom >= 0 && i + 1 < pattern.Length && pattern[i + 1] == '+')
            {
                output.Insert(atom, "(?>").Append(c).Append(')');
                i++;
                continue;
            }
            switch (c)
            {
                case '\\' when i + 1 < pattern.Length:
                    atom = output.Length;
                    output.Append(c).Append(pattern[++i]);
                    if (pattern[i] is 'p' or 'P' or 'x' or 'u' && i + 1 < pattern.Length && pattern[i + 1] == '{')
                    {
                        var close = pattern.IndexOf('}', i);
                        if (close > 0)
                        {
                            output.Append(pattern, i + 1, close - i);
                            i = close;
                        }
                    }
                    break;
                case '[':
                    atom = output.Length;
                    i = CopyClass(pattern, i, output);
                    break;
                case '(':
                    groups.Push(output.Length);
                    output.Append(c);
                    // The '?' of '(?:' is no quantifier.
                    atom = -1;
                    break;
                case ')':
                    atom = groups.Count > 0 ? groups.Pop() : -1;
                    output.Append(c);
                    break;
                case '}' when atom >= 0 && i + 1 < pattern.Length && pattern[i + 1] == '+':
                    output.Insert(atom, "(?>").Append("})");
                    i++;
                    break;
                case '?' or '*' or '+' or '{' or '}' or ',':
                    output.Append(c);
                    break;
                default:
                    // Digits inside {n,m} belong to the quantifier and must not become the atom.
                    if (!char.IsAsciiDigit(c) || !InsideBraces(pattern, i))
                        atom = c == '|' ? -1 : output.Length;
                    output.Append(c);
                    break;
            }
        }
        return output.ToString();
    }

    private static bool InsideBraces(string pattern, int at)
    {
        var open = pattern.LastIndexOf('{', at);
        return open > 0 && pattern.IndexOf('}', open) > at && pattern.AsSpan(open + 1, at - open).IndexOfAnyExceptInRange(',', '9') < 0;
    }

    private static int CopyClass(string pattern, int start, StringBuilder output)
    {
        for (var i = start; i < pattern.Length; i++)
        {
            output.Append(pattern[i]);
            if (pattern[i] == '\\' && i + 1 < pattern.Length)
                output.Append(pattern[++i]);
            else if (pattern[i] == ']' && i > start + 1)
                return i;
        }
        return pattern.Length;
    }
}
