using System.Collections;
using System.Globalization;
using System.Text;

namespace ChatApp.Inference.Text.Jinja;

/// <summary>How values print: as text (<c>{{ x }}</c>, <c>|string</c>), as Python's <c>repr</c> inside containers, and as JSON.</summary>
internal static class JinjaText
{
    private const int MaximumDepth = 100;

    public static string Of(object? value) => value switch
    {
        string text => text,
        JinjaUndefined => "",
        _ => Repr(value),
    };

    public static string Repr(object? value)
    {
        var output = new StringBuilder();
        AppendRepr(output, value, 0);
        return output.ToString();
    }

    public static string Json(object? value, int? indent = null, bool sortKeys = false, string? itemSeparator = null, string keySeparator = ": ")
    {
        var output = new StringBuilder();
        AppendJson(output, value, new JsonStyle(indent, sortKeys, itemSeparator ?? (indent is null ? ", " : ","), keySeparator), 0);
        return output.ToString();
    }

    private static void AppendRepr(StringBuilder output, object? value, int depth)
    {
        if (depth > MaximumDepth)
            throw new JinjaException($"chat template: a value is nested deeper than {MaximumDepth}.");
        switch (value)
        {
            case null: output.Append("None"); break;
            case bool flag: output.Append(flag ? "True" : "False"); break;
            case long number: output.Append(number.ToString(CultureInfo.InvariantCulture)); break;
            case double number: output.Append(Float(number)); break;
            case string text: AppendQuoted(output, text); break;
            case JinjaMap map:
                output.Append('{');
                var first = true;
                foreach (var (key, item) in map)
                {
                    output.Append(first ? "" : ", ");
                    AppendQuoted(output, key);
                    output.Append(": ");
                    AppendRepr(output, item, depth + 1);
                    first = false;
                }
                output.Append('}');
                break;
            case IList list:
                output.Append('[');
                for (var i = 0; i < list.Count; i++)
                {
                    output.Append(i == 0 ? "" : ", ");
                    AppendRepr(output, list[i], depth + 1);
                }
                output.Append(']');
                break;
            case JinjaUndefined: output.Append("Undefined"); break;
            default: output.Append("<object>"); break;
        }
    }

    private static void AppendQuoted(StringBuilder output, string text)
    {
        var quote = text.Contains('\'') && !text.Contains('"') ? '"' : '\'';
        output.Append(quote);
        foreach (var c in text)
        {
            _ = c switch
            {
                '\n' => output.Append("\\n"),
                '\r' => output.Append("\\r"),
                '\t' => output.Append("\\t"),
                '\\' => output.Append("\\\\"),
                _ when c == quote => output.Append('\\').Append(c),
                _ => output.Append(c),
            };
        }
        output.Append(quote);
    }

    private static void AppendJson(StringBuilder output, object? value, JsonStyle style, int depth)
    {
        if (depth > MaximumDepth)
            throw new JinjaException($"chat template: a value is nested deeper than {MaximumDepth}.");
        switch (value)
        {
            case null: output.Append("null"); break;
            case bool flag: output.Append(flag ? "true" : "false"); break;
            case string text: AppendJsonText(output, text); break;
            case long number: output.Append(number.ToString(CultureInfo.InvariantCulture)); break;
            case double number: output.Append(double.IsFinite(number) ? Float(number) : double.IsNaN(number) ? "NaN" : number > 0 ? "Infinity" : "-Infinity"); break;
            case JinjaMap map:
                var entries = style.SortKeys ? map.OrderBy(e => e.Key, StringComparer.Ordinal) : (IEnumerable<KeyValuePair<string, object?>>)map;
                AppendItems(output, '{', '}', entries, style, depth, (entry, d) =>
                {
                    AppendJsonText(output, entry.Key);
                    output.Append(style.KeySeparator);
                    AppendJson(output, entry.Value, style, d);
                });
                break;
            case IList list:
                AppendItems(output, '[', ']', list.Cast<object?>(), style, depth, (item, d) => AppendJson(output, item, style, d));
                break;
            default: throw new JinjaException("chat template: tojson was given a value that is not data.");
        }
    }

    private static void AppendItems<T>(StringBuilder output, char open, char close, IEnumerable<T> items, JsonStyle style, int depth, Action<T, int> append)
    {
        output.Append(open);
        var count = 0;
        foreach (var item in items)
        {
            if (count++ > 0)
                output.Append(style.ItemSeparator);
            if (style.Indent is { } indent)
                output.Append('\n').Append(' ', indent * (depth + 1));
            append(item, depth + 1);
        }
        if (count > 0 && style.Indent is { } closing)
            output.Append('\n').Append(' ', closing * depth);
        output.Append(close);
    }

    private static void AppendJsonText(StringBuilder output, string text)
    {
        output.Append('"');
        foreach (var c in text)
        {
            _ = c switch
            {
                '"' => output.Append("\\\""),
                '\\' => output.Append("\\\\"),
                '\n' => output.Append("\\n"),
                '\r' => output.Append("\\r"),
                '\t' => output.Append("\\t"),
                '\b' => output.Append("\\b"),
                '\f' => output.Append("\\f"),
                < ' ' => output.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"),
                _ => output.Append(c),
            };
        }
        output.Append('"');
    }

    /// <summary>Python's shortest form that reads back as the same number.</summary>
    private static string Float(double number)
    {
        if (double.IsNaN(number))
            return "nan";
        if (double.IsInfinity(number))
            return number > 0 ? "inf" : "-inf";
        var text = number.ToString("R", CultureInfo.InvariantCulture);
        var magnitude = Math.Abs(number);
        if (magnitude != 0 && magnitude is < 1e-4 or >= 1e16)
        {
            // .NET writes most numbers of these sizes with an exponent of its own form, large whole ones in full.
            if (!text.Contains('E'))
                text = number.ToString("E16", CultureInfo.InvariantCulture);
            var mark = text.IndexOf('E');
            var exponent = int.Parse(text.AsSpan(mark + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
            var mantissa = text.AsSpan(0, mark);
            if (mantissa.Contains('.'))
                mantissa = mantissa.TrimEnd('0').TrimEnd('.');
            return $"{mantissa}e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent):00}";
        }
        if (text.Contains('E'))
            text = number.ToString("F20", CultureInfo.InvariantCulture).TrimEnd('0');
        return text.Contains('.') ? text.EndsWith('.') ? text + "0" : text : text + ".0";
    }

    private sealed record JsonStyle(int? Indent, bool SortKeys, string ItemSeparator, string KeySeparator);

    /// <summary>Python's <c>%</c> formatting, as far as <c>%s</c>, <c>%d</c> and <c>%%</c>.</summary>
    public static string Percent(string format, List<object?> arguments)
    {
        var output = new StringBuilder();
        var next = 0;
        for (var i = 0; i < format.Length; i++)
        {
            if (format[i] != '%' || i + 1 == format.Length)
                output.Append(format[i]);
            else if (format[++i] == '%')
                output.Append('%');
            else if (format[i] is 's' or 'd' or 'i' or 'r')
                output.Append(next < arguments.Count ? Of(arguments[next++]) : throw new JinjaException("chat template: a format has too few arguments."));
            else
                throw new JinjaException($"chat template: the format '%{format[i]}' is not supported.");
            JinjaBudget.Charge(1);
        }
        return output.ToString();
    }
}
