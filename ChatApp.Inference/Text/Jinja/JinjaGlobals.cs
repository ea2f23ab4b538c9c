using System.Globalization;
using System.Text;

namespace ChatApp.Inference.Text.Jinja;

/// <summary>Functions every chat template may call.</summary>
internal static class JinjaGlobals
{
    private const long MaximumRange = 100_000;

    public static IEnumerable<(string Name, JinjaFunction Function)> All(TimeProvider time) =>
    [
        ("range", (a, _) => Range(a)),
        ("dict", (a, n) => Dict(a, n)),
        ("namespace", (a, n) => Namespace(a, n)),
        ("raise_exception", (a, _) => throw new JinjaException(a.Count > 0 ? JinjaText.Of(a[0]) : "The chat template refused the messages.", raisedByTemplate: true)),
        ("strftime_now", (a, _) => Format(JinjaValues.Text(a.Count > 0 ? a[0] : null, "the format"), time.GetLocalNow())),
    ];

    /// <summary>C's <c>strftime</c> in the invariant culture.</summary>
    public static string Format(string format, DateTimeOffset now)
    {
        var output = new StringBuilder();
        for (var i = 0; i < format.Length; i++)
        {
            if (format[i] != '%' || i + 1 == format.Length)
            {
                output.Append(format[i]);
                continue;
            }
            var plain = format[++i] == '-' && i + 1 < format.Length;
            if (plain)
                i++;
            var text = Field(format[i], now);
            output.Append(plain && text.Length > 1 ? text.TrimStart('0') is { Length: > 0 } trimmed ? trimmed : "0" : text);
        }
        return output.ToString();
    }

    private static string Field(char field, DateTimeOffset now) => field switch
    {
        'j' => now.DayOfYear.ToString("000", CultureInfo.InvariantCulture),
        'u' => (now.DayOfWeek == DayOfWeek.Sunday ? 7 : (int)now.DayOfWeek).ToString(CultureInfo.InvariantCulture),
        'w' => ((int)now.DayOfWeek).ToString(CultureInfo.InvariantCulture),
        'z' => now.ToString("zzz", CultureInfo.InvariantCulture).Replace(":", "", StringComparison.Ordinal),
        'Z' => "UTC" + (now.Offset == TimeSpan.Zero ? "" : now.ToString("zzz", CultureInfo.InvariantCulture)),
        '%' => "%",
        'n' => "\n",
        't' => "\t",
        _ => Pattern(field) is { } pattern ? now.ToString(pattern, CultureInfo.InvariantCulture)
            : throw new JinjaException($"chat template: strftime_now does not know '%{field}'."),
    };

    private static string? Pattern(char field) => field switch
    {
        'Y' => "yyyy",
        'y' => "yy",
        'm' => "MM",
        'd' => "dd",
        'e' => "%d",
        'B' => "MMMM",
        'b' or 'h' => "MMM",
        'A' => "dddd",
        'a' => "ddd",
        'H' => "HH",
        'I' => "hh",
        'M' => "mm",
        'S' => "ss",
        'f' => "ffffff",
        'p' => "tt",
        'F' => "yyyy-MM-dd",
        'T' or 'X' => "HH:mm:ss",
        'D' or 'x' => "MM/dd/yy",
        'R' => "HH:mm",
        'c' => "ddd MMM d HH:mm:ss yyyy",
        _ => null,
    };

    private static List<object?> Range(List<object?> a)
    {
        var start = a.Count > 1 ? JinjaValues.Integer(a[0], "a range's start") : 0;
        var stop = JinjaValues.Integer(a.Count > 1 ? a[1] : a.ElementAtOrDefault(0), "a range's end");
        var step = a.Count > 2 ? JinjaValues.Integer(a[2], "a range's step") : 1;
        if (step == 0)
            throw new JinjaException("chat template: a range's step must not be zero.");
        var count = Math.Max(0, (stop - start + step - Math.Sign(step)) / step);
        if (count > MaximumRange)
            throw new JinjaException($"chat template: a range has more than {MaximumRange} numbers.");
        var numbers = new List<object?>((int)count);
        for (var i = 0L; i < count; i++)
            numbers.Add(start + (i * step));
        return numbers;
    }

    private static JinjaMap Dict(List<object?> positional, Dictionary<string, object?> named)
    {
        var map = new JinjaMap();
        if (positional.Count > 0 && positional[0] is JinjaMap source)
        {
            foreach (var (key, value) in source)
                map[key] = value;
        }
        foreach (var (key, value) in named)
            map[key] = value;
        return map;
    }

    private static JinjaNamespace Namespace(List<object?> positional, Dictionary<string, object?> named)
    {
        var space = new JinjaNamespace();
        foreach (var (key, value) in Dict(positional, named))
            space.Attributes[key] = value;
        return space;
    }
}
