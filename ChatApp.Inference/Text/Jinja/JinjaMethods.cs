using System.Buffers;
using System.Globalization;
using System.Text;

namespace ChatApp.Inference.Text.Jinja;

/// <summary>Methods of text, mappings and lists that templates call; those of Python with the same names.</summary>
internal static class JinjaMethods
{
    private static readonly SearchValues<char> _blanks = SearchValues.Create(" \t\r\n\f\v");

    public static JinjaFunction? Find(object? target, string name) => target switch
    {
        string text => OfText(text, name),
        JinjaMap map => OfMap(map, name),
        List<object?> list => OfList(list, name),
        _ => null,
    };

    private static JinjaFunction? OfText(string text, string name) => name switch
    {
        "strip" => (a, _) => Strip(text, a, true, true),
        "lstrip" => (a, _) => Strip(text, a, true, false),
        "rstrip" => (a, _) => Strip(text, a, false, true),
        "split" => (a, n) => Split(text, a, n, fromRight: false),
        "rsplit" => (a, n) => Split(text, a, n, fromRight: true),
        "splitlines" => (_, _) => Lines(text),
        "partition" => (a, _) => Partition(text, Argument(a, 0)),
        "startswith" => (a, _) => AnyOf(a, part => text.StartsWith(part, StringComparison.Ordinal)),
        "endswith" => (a, _) => AnyOf(a, part => text.EndsWith(part, StringComparison.Ordinal)),
        "replace" => (a, _) => Replace(text, Argument(a, 0), Argument(a, 1), a.Count > 2 ? JinjaValues.Integer(a[2], "count") : -1),
        "upper" => (_, _) => text.ToUpperInvariant(),
        "lower" => (_, _) => text.ToLowerInvariant(),
        "title" => (_, _) => Title(text),
        "capitalize" => (_, _) => Capitalize(text),
        "join" => (a, _) => string.Join(text, JinjaValues.Iterate(a.Count > 0 ? a[0] : null).Select(i => JinjaValues.Text(i, "an item to join"))),
        "find" => (a, _) => (long)text.IndexOf(Argument(a, 0), StringComparison.Ordinal),
        "rfind" => (a, _) => (long)text.LastIndexOf(Argument(a, 0), StringComparison.Ordinal),
        "index" => (a, _) => text.IndexOf(Argument(a, 0), StringComparison.Ordinal) is >= 0 and var at ? (long)at : throw new JinjaException("chat template: substring not found."),
        "count" => (a, _) => Argument(a, 0) is { Length: > 0 } part ? (long)text.AsSpan().Count(part) : text.Length + 1L,
        "removeprefix" => (a, _) => text.StartsWith(Argument(a, 0), StringComparison.Ordinal) ? text[Argument(a, 0).Length..] : text,
        "removesuffix" => (a, _) => text.EndsWith(Argument(a, 0), StringComparison.Ordinal) ? text[..^Argument(a, 0).Length] : text,
        "isdigit" or "isnumeric" or "isdecimal" => (_, _) => text.Length > 0 && text.All(char.IsDigit),
        "isalpha" => (_, _) => text.Length > 0 && text.All(char.IsLetter),
        "isalnum" => (_, _) => text.Length > 0 && text.All(char.IsLetterOrDigit),
        "isspace" => (_, _) => text.Length > 0 && text.All(char.IsWhiteSpace),
        "isupper" => (_, _) => text.Any(char.IsUpper) && !text.Any(char.IsLower),
        "islower" => (_, _) => text.Any(char.IsLower) && !text.Any(char.IsUpper),
        "format" => (a, n) => Format(text, a, n),
        _ => null,
    };

    private static JinjaFunction? OfMap(JinjaMap map, string name) => name switch
    {
        "items" => (_, _) => map.Select(e => (object?)new List<object?> { e.Key, e.Value }).ToList(),
        "keys" => (_, _) => map.Keys.Cast<object?>().ToList(),
        "values" => (_, _) => map.Values.ToList(),
        "get" => (a, n) => a.Count > 0 && a[0] is string key && map.TryGet(key, out var value) ? value
            : a.Count > 1 ? a[1] : n.GetValueOrDefault("default"),
        "copy" => (_, _) => Copy(map),
        _ => null,
    };

    private static JinjaFunction? OfList(List<object?> list, string name) => name switch
    {
        "append" => (a, _) => { list.Add(a.Count > 0 ? a[0] : null); return null; }
        ,
        "index" => (a, _) => list.FindIndex(i => JinjaValues.Same(i, a.Count > 0 ? a[0] : null)) is >= 0 and var at ? (long)at : throw new JinjaException("chat template: the list has no such item."),
        "count" => (a, _) => (long)list.Count(i => JinjaValues.Same(i, a.Count > 0 ? a[0] : null)),
        "copy" => (_, _) => new List<object?>(list),
        _ => null,
    };

    public static string Replace(string text, string old, string replacement, long count)
    {
        if (count < 0 && old.Length > 0)
        {
            JinjaBudget.Charge(text.Length + (long)text.AsSpan().Count(old) * replacement.Length);
            return text.Replace(old, replacement, StringComparison.Ordinal);
        }
        if (old.Length == 0)
            throw new JinjaException("chat template: replace needs a text to look for.");
        var output = new StringBuilder();
        var from = 0;
        for (int at; count-- > 0 && (at = text.IndexOf(old, from, StringComparison.Ordinal)) >= 0; from = at + old.Length)
        {
            JinjaBudget.Charge(replacement.Length);
            output.Append(text, from, at - from).Append(replacement);
        }
        return output.Append(text, from, text.Length - from).ToString();
    }

    public static string Capitalize(string text) =>
        text.Length == 0 ? text : char.ToUpperInvariant(text[0]) + text[1..].ToLowerInvariant();

    public static string Title(string text)
    {
        var output = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
            output.Append(i == 0 || !char.IsLetter(text[i - 1]) ? char.ToUpperInvariant(text[i]) : char.ToLowerInvariant(text[i]));
        return output.ToString();
    }

    public static string Strip(string text, List<object?> arguments, bool left, bool right)
    {
        if (arguments.Count == 0 || arguments[0] is null)
            return (left, right) switch { (true, true) => text.Trim(), (true, false) => text.TrimStart(), _ => text.TrimEnd() };
        var characters = JinjaValues.Text(arguments[0], "the characters to strip").ToCharArray();
        return (left, right) switch
        {
            (true, true) => text.Trim(characters),
            (true, false) => text.TrimStart(characters),
            _ => text.TrimEnd(characters),
        };
    }

    public static List<object?> Lines(string text)
    {
        var lines = text.ReplaceLineEndings("\n").Split('\n');
        return [.. lines.Take(lines[^1].Length == 0 ? lines.Length - 1 : lines.Length)];
    }

    private static List<object?> Split(string text, List<object?> arguments, Dictionary<string, object?> named, bool fromRight)
    {
        var separator = arguments.Count > 0 ? arguments[0] : named.GetValueOrDefault("sep");
        var limit = arguments.Count > 1 ? arguments[1] : named.GetValueOrDefault("maxsplit");
        var most = limit is null ? -1 : JinjaValues.Integer(limit, "maxsplit");
        if (separator is null)
        {
            var words = text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            if (most < 0 || words.Length <= most + 1)
                return [.. words];
            var rest = text.TrimStart();
            var parts = new List<object?>();
            for (; most > 0; most--)
            {
                var end = rest.AsSpan().IndexOfAny(_blanks);
                parts.Add(rest[..end]);
                rest = rest[end..].TrimStart();
            }
            parts.Add(rest);
            return parts;
        }
        var mark = JinjaValues.Text(separator, "the separator");
        if (mark.Length == 0)
            throw new JinjaException("chat template: an empty separator cannot split.");
        JinjaBudget.Charge(text.Length);
        var all = text.Split(mark);
        if (most < 0 || all.Length <= most + 1)
            return [.. all];
        return fromRight
            ? [string.Join(mark, all[..^(int)most]), .. all[^(int)most..]]
            : [.. all[..(int)most], string.Join(mark, all[(int)most..])];
    }

    private static List<object?> Partition(string text, string mark)
    {
        var at = text.IndexOf(mark, StringComparison.Ordinal);
        return at < 0 ? [text, "", ""] : [text[..at], mark, text[(at + mark.Length)..]];
    }

    private static bool AnyOf(List<object?> arguments, Func<string, bool> matches) =>
        arguments.Count > 0 && arguments[0] is List<object?> many
            ? many.Any(m => matches(JinjaValues.Text(m, "a prefix or suffix")))
            : matches(Argument(arguments, 0));

    private static string Format(string text, List<object?> arguments, Dictionary<string, object?> named)
    {
        var output = new StringBuilder();
        var next = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] is '{' or '}' && i + 1 < text.Length && text[i + 1] == text[i])
                output.Append(text[i++]);
            else if (text[i] == '{' && text.IndexOf('}', i) is > 0 and var close)
            {
                var field = text[(i + 1)..close];
                var value = field.Length == 0 ? arguments.ElementAtOrDefault(next++)
                    : int.TryParse(field, NumberStyles.None, CultureInfo.InvariantCulture, out var at) ? arguments.ElementAtOrDefault(at)
                    : named.GetValueOrDefault(field);
                output.Append(JinjaText.Of(value));
                i = close;
            }
            else
                output.Append(text[i]);
            JinjaBudget.Charge(1);
        }
        return output.ToString();
    }

    private static JinjaMap Copy(JinjaMap map)
    {
        var copy = new JinjaMap();
        foreach (var (key, value) in map)
            copy[key] = value;
        return copy;
    }

    private static string Argument(List<object?> arguments, int index) =>
        JinjaValues.Text(index < arguments.Count ? arguments[index] : null, $"argument {index + 1}");
}
