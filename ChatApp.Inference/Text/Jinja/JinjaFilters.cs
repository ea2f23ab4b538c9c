using System.Globalization;
using System.Text;

namespace ChatApp.Inference.Text.Jinja;

/// <summary>The filters of Jinja that chat templates use.</summary>
internal static class JinjaFilters
{
    public static object? Apply(string name, object? input, List<object?> positional, Dictionary<string, object?> named)
    {
        var a = new Parameters(positional, named);
        switch (name)
        {
            case "trim": return JinjaMethods.Strip(Text(input), a.Has(0, "chars") ? [a.Get(0, "chars")] : [], true, true);
            case "upper": return Text(input).ToUpperInvariant();
            case "lower": return Text(input).ToLowerInvariant();
            case "capitalize": return JinjaMethods.Capitalize(Text(input));
            case "title": return JinjaMethods.Title(Text(input));
            case "string" or "safe" or "forceescape": return JinjaText.Of(input);
            case "length" or "count": return input is string text ? text.EnumerateRunes().LongCount() : input is JinjaMap map ? map.Count : JinjaValues.Iterate(input).Count;
            case "first": return input is JinjaUndefined ? input : JinjaValues.Iterate(input) is { Count: > 0 } first ? first[0] : new JinjaUndefined("the first item of nothing");
            case "last": return input is JinjaUndefined ? input : JinjaValues.Iterate(input) is { Count: > 0 } last ? last[^1] : new JinjaUndefined("the last item of nothing");
            case "default" or "d":
                return input is JinjaUndefined || (JinjaValues.Truth(a.Get(1, "boolean")) && !JinjaValues.Truth(input)) ? a.Has(0, "default_value") ? a.Get(0, "default_value") : "" : input;
            case "replace":
                return JinjaMethods.Replace(Text(input), Text(a.Get(0, "old")), Text(a.Get(1, "new")), a.Has(2, "count") ? JinjaValues.Integer(a.Get(2, "count"), "count") : -1);
            case "tojson": return ToJson(input, a);
            case "join": return Join(input, a);
            case "int": return ToInteger(input, a);
            case "float": return JinjaValues.Number(input) ?? (double.TryParse(input as string, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : JinjaValues.Number(a.Get(0, "default")) ?? 0.0);
            case "abs": return input is long whole ? (object)Math.Abs(whole) : Math.Abs(JinjaValues.Number(input) ?? throw Wrong(name, input));
            case "round": return Round(input, a);
            case "list": return new List<object?>(JinjaValues.Iterate(input));
            case "items": return input is JinjaUndefined ? new List<object?>() : (input as JinjaMap ?? throw Wrong(name, input)).Select(e => (object?)new List<object?> { e.Key, e.Value }).ToList();
            case "dictsort": return DictSort(input as JinjaMap ?? throw Wrong(name, input), a);
            case "reverse": return input is string forward ? string.Concat(JinjaValues.Iterate(forward).AsEnumerable().Reverse()) : JinjaValues.Iterate(input).AsEnumerable().Reverse().ToList();
            case "sort": return Sort(input, a);
            case "unique": return Unique(input, a);
            case "sum": return Sum(input, a);
            case "min" or "max": return Extreme(input, a, name == "max" ? 1 : -1);
            case "map": return Map(input, a);
            case "select" or "reject": return Select(input, positional, named, name == "select");
            case "selectattr" or "rejectattr": return SelectByAttribute(input, positional, named, name == "selectattr");
            case "groupby": return GroupBy(input, a);
            case "batch": return Batch(input, a);
            case "indent": return Indent(Text(input), a);
            case "escape" or "e": return Escape(JinjaText.Of(input));
            case "wordcount": return (long)Text(input).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Length;
            case "truncate": return Truncate(Text(input), a);
            case "attr": return JinjaValues.Item(input, a.Get(0, "name"));
            case "format": return JinjaText.Percent(Text(input), positional);
            default: throw new JinjaException($"chat template: the filter '{name}' is not supported.");
        }
    }

    private static string Text(object? value) => value is JinjaUndefined ? "" : value is string text ? text : value is long or double or bool ? JinjaText.Of(value) : JinjaValues.Text(value, "the filtered value");

    private static string ToJson(object? input, Parameters a)
    {
        int? indent = a.Get(0, "indent") is { } width ? (int)Math.Clamp(JinjaValues.Integer(width, "indent"), 0, 16) : null;
        string? itemSeparator = null;
        var keySeparator = ": ";
        if (a.Named("separators") is List<object?> { Count: 2 } separators)
            (itemSeparator, keySeparator) = (Text(separators[0]), Text(separators[1]));
        var json = JinjaText.Json(input is JinjaUndefined ? throw Wrong("tojson", input) : input, indent, JinjaValues.Truth(a.Named("sort_keys")), itemSeparator, keySeparator);
        JinjaBudget.Charge(json.Length);
        return json;
    }

    private static string Join(object? input, Parameters a)
    {
        var items = JinjaValues.Iterate(input).Select(i => JinjaText.Of(a.Has(1, "attribute") ? Attribute(i, a.Get(1, "attribute")) : i));
        var text = string.Join(JinjaText.Of(a.Get(0, "d") ?? ""), items);
        JinjaBudget.Charge(text.Length);
        return text;
    }

    private static object ToInteger(object? input, Parameters a) => input switch
    {
        long or bool => JinjaValues.Integer(input, "a number"),
        double number when Math.Abs(number) < 9e18 => (long)number,
        string text when long.TryParse(text.Trim(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole) => whole,
        string text when double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && Math.Abs(number) < 9e18 => (long)number,
        _ => a.Get(0, "default") ?? 0L,
    };

    private static double Round(object? input, Parameters a)
    {
        var number = JinjaValues.Number(input) ?? throw Wrong("round", input);
        var scale = Math.Pow(10, a.Get(0, "precision") is { } precision ? Math.Clamp(JinjaValues.Integer(precision, "precision"), -15, 15) : 0);
        return (a.Get(1, "method") as string) switch
        {
            "ceil" => Math.Ceiling(number * scale) / scale,
            "floor" => Math.Floor(number * scale) / scale,
            _ => Math.Round(number * scale, MidpointRounding.ToEven) / scale,
        };
    }

    private static List<object?> DictSort(JinjaMap map, Parameters a)
    {
        var byValue = a.Get(1, "by") as string == "value";
        var caseSensitive = JinjaValues.Truth(a.Get(0, "case_sensitive"));
        var pairs = map.Select(e => new List<object?> { e.Key, e.Value }).ToList();
        pairs = [.. pairs.OrderBy(p => Fold(p[byValue ? 1 : 0], caseSensitive), Comparer<object?>.Create(JinjaValues.Order))];
        if (JinjaValues.Truth(a.Get(2, "reverse")))
            pairs.Reverse();
        return [.. pairs];
    }

    private static List<object?> Sort(object? input, Parameters a)
    {
        var caseSensitive = JinjaValues.Truth(a.Get(1, "case_sensitive"));
        var attribute = a.Get(2, "attribute");
        var sorted = JinjaValues.Iterate(input).OrderBy(i => Fold(attribute is null ? i : Attribute(i, attribute), caseSensitive), Comparer<object?>.Create(JinjaValues.Order)).ToList();
        if (JinjaValues.Truth(a.Get(0, "reverse")))
            sorted.Reverse();
        return sorted;
    }

    private static List<object?> Unique(object? input, Parameters a)
    {
        var result = new List<object?>();
        foreach (var item in JinjaValues.Iterate(input))
        {
            JinjaBudget.Charge(result.Count * 8);
            if (!result.Any(r => JinjaValues.Same(Fold(r, JinjaValues.Truth(a.Get(0, "case_sensitive"))), Fold(item, JinjaValues.Truth(a.Get(0, "case_sensitive"))))))
                result.Add(item);
        }
        return result;
    }

    private static object Sum(object? input, Parameters a)
    {
        var items = JinjaValues.Iterate(input).Select(i => a.Has(0, "attribute") ? Attribute(i, a.Get(0, "attribute")) : i).ToList();
        return items.All(i => i is long) ? (object)items.Sum(i => (long)i!) : items.Sum(i => JinjaValues.Number(i) ?? throw Wrong("sum", i));
    }

    private static object? Extreme(object? input, Parameters a, int sign)
    {
        object? best = null;
        var any = false;
        foreach (var item in JinjaValues.Iterate(input))
        {
            if (!any || JinjaValues.Order(Key(item), Key(best)) * sign > 0)
                best = item;
            any = true;
        }
        return any ? best : new JinjaUndefined("the extreme of nothing");

        object? Key(object? item) => a.Named("attribute") is { } attribute ? Attribute(item, attribute) : item;
    }

    private static List<object?> Map(object? input, Parameters a)
    {
        var items = JinjaValues.Iterate(input);
        if (a.Named("attribute") is { } attribute)
        {
            return [.. items.Select(i => Attribute(i, attribute) is JinjaUndefined && a.HasNamed("default") ? a.Named("default") : Attribute(i, attribute))];
        }
        var filter = Text(a.Get(0, "filter"));
        var rest = a.Positional.Skip(1).ToList();
        return [.. items.Select(i => Apply(filter, i, rest, a.AllNamed))];
    }

    private static List<object?> Select(object? input, List<object?> positional, Dictionary<string, object?> named, bool keep)
    {
        var rest = positional.Skip(1).ToList();
        return [.. JinjaValues.Iterate(input).Where(i => keep == (positional.Count == 0 ? JinjaValues.Truth(i) : JinjaTests.Apply(Text(positional[0]), i, rest, named)))];
    }

    private static List<object?> SelectByAttribute(object? input, List<object?> positional, Dictionary<string, object?> named, bool keep)
    {
        var rest = positional.Skip(2).ToList();
        return [.. JinjaValues.Iterate(input).Where(i =>
        {
            var value = Attribute(i, positional.ElementAtOrDefault(0));
            return keep == (positional.Count < 2 ? JinjaValues.Truth(value) : JinjaTests.Apply(Text(positional[1]), value, rest, named));
        })];
    }

    private static List<object?> GroupBy(object? input, Parameters a) =>
        [.. JinjaValues.Iterate(input).GroupBy(i => Attribute(i, a.Get(0, "attribute"))).OrderBy(g => g.Key, Comparer<object?>.Create(JinjaValues.Order))
            .Select(g => new JinjaMap { ["grouper"] = g.Key, ["list"] = g.ToList() })];

    private static List<object?> Batch(object? input, Parameters a) =>
        [.. JinjaValues.Iterate(input).Chunk((int)Math.Clamp(JinjaValues.Integer(a.Get(0, "linecount"), "linecount"), 1, 1 << 20)).Select(c => (object?)c.ToList())];

    private static string Indent(string text, Parameters a)
    {
        var width = a.Get(0, "width") switch { string prefix => prefix, { } n => new string(' ', (int)Math.Clamp(JinjaValues.Integer(n, "width"), 0, 64)), _ => "    " };
        var first = JinjaValues.Truth(a.Get(1, "first"));
        var blank = JinjaValues.Truth(a.Get(2, "blank"));
        var output = new StringBuilder();
        var lines = text.Split('\n');
        for (var i = 0; i < lines.Length; i++)
        {
            JinjaBudget.Charge(width.Length + lines[i].Length);
            if (i > 0)
                output.Append('\n');
            if (i == 0 ? first : blank || lines[i].Length > 0)
                output.Append(width);
            output.Append(lines[i]);
        }
        return output.ToString();
    }

    private static string Escape(string text) => text.Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal)
        .Replace(">", "&gt;", StringComparison.Ordinal).Replace("\"", "&#34;", StringComparison.Ordinal).Replace("'", "&#39;", StringComparison.Ordinal);

    private static string Truncate(string text, Parameters a)
    {
        var length = a.Get(0, "length") is { } n ? (int)Math.Clamp(JinjaValues.Integer(n, "length"), 0, int.MaxValue) : 255;
        var end = a.Get(2, "end") as string ?? "...";
        if (text.Length <= length)
            return text;
        var cut = text[..Math.Max(0, length - end.Length)];
        if (!JinjaValues.Truth(a.Get(1, "killwords")) && cut.LastIndexOf(' ') is > 0 and var space)
            cut = cut[..space];
        return cut + end;
    }

    private static object? Attribute(object? item, object? path)
    {
        if (path is not string names)
            return JinjaValues.Item(item, path);
        foreach (var name in names.Split('.'))
            item = item is List<object?> && long.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var at) ? JinjaValues.Item(item, at) : JinjaValues.Item(item, name);
        return item;
    }

    private static object? Fold(object? value, bool caseSensitive) => !caseSensitive && value is string text ? text.ToLowerInvariant() : value;

    private static JinjaException Wrong(string filter, object? value) => new($"chat template: the filter '{filter}' cannot take {JinjaValues.Kind(value)}.");

    private sealed record Parameters(List<object?> Positional, Dictionary<string, object?> AllNamed)
    {
        public object? Get(int index, string name) => index < Positional.Count ? Positional[index] : AllNamed.GetValueOrDefault(name);

        public bool Has(int index, string name) => index < Positional.Count || AllNamed.ContainsKey(name);

        public object? Named(string name) => AllNamed.GetValueOrDefault(name);

        public bool HasNamed(string name) => AllNamed.ContainsKey(name);
    }
}
