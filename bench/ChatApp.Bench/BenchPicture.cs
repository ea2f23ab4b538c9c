using System.Text;

namespace ChatApp.Bench;

/// <summary>Throughput and time to first token against concurrency, one line a system.</summary>
internal static class BenchPicture
{
    private const int Width = 420, Height = 260, Left = 64, Top = 40;
    private static readonly string[] Colours = ["#4063d8", "#389826", "#cb3c33", "#9558b2", "#d8a240"];

    public static string Svg(BenchReport report)
    {
        var svg = new StringBuilder();
        Line(svg, $"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{2 * (Width + Left) + 40}\" height=\"{Height + Top + 80}\" font-family=\"sans-serif\" font-size=\"12\">");
        svg.AppendLine("<rect width=\"100%\" height=\"100%\" fill=\"white\"/>");
        Chart(svg, report, 0, "Throughput, tokens/s", row => row.TokensPerSecond);
        Chart(svg, report, Width + Left + 20, "Time to first token, ms (median)", row => row.TtftP50Ms);
        var x = Left;
        foreach (var (system, colour) in Systems(report))
        {
            Line(svg, $"<circle cx=\"{x}\" cy=\"{Height + Top + 56}\" r=\"5\" fill=\"{colour}\"/><text x=\"{x + 10}\" y=\"{Height + Top + 60}\">{Escape(system)}</text>");
            x += 110;
        }

        svg.AppendLine("</svg>");
        return svg.ToString();
    }

    private static void Chart(StringBuilder svg, BenchReport report, int offset, string title, Func<BenchReport.LoadRow, double> value)
    {
        var streams = report.Load.Select(r => r.Streams).Distinct().Order().ToList();
        var most = report.Load.Select(value).Where(double.IsFinite).DefaultIfEmpty(1).Max() * 1.1;
        double X(int s) => offset + Left + (streams.Count == 1 ? Width / 2.0 : streams.IndexOf(s) * (double)Width / (streams.Count - 1));
        double Y(double v) => Top + Height - v / most * Height;

        Line(svg, $"<text x=\"{offset + Left}\" y=\"{Top - 16}\" font-weight=\"bold\">{title}</text>");
        for (var i = 0; i <= 4; i++)
        {
            var v = most * i / 4;
            Line(svg, $"<line x1=\"{offset + Left}\" y1=\"{Y(v):0.#}\" x2=\"{offset + Left + Width}\" y2=\"{Y(v):0.#}\" stroke=\"#ddd\"/><text x=\"{offset + Left - 8}\" y=\"{Y(v) + 4:0.#}\" text-anchor=\"end\">{v:0}</text>");
        }

        foreach (var s in streams)
            Line(svg, $"<text x=\"{X(s):0.#}\" y=\"{Top + Height + 18}\" text-anchor=\"middle\">{s}</text>");
        Line(svg, $"<text x=\"{offset + Left + Width / 2}\" y=\"{Top + Height + 36}\" text-anchor=\"middle\">concurrent streams</text>");
        foreach (var (system, colour) in Systems(report))
        {
            var points = report.Load.Where(r => r.System == system && double.IsFinite(value(r))).OrderBy(r => r.Streams).Select(r => $"{X(r.Streams):0.#},{Y(value(r)):0.#}").ToList();
            Line(svg, $"<polyline points=\"{string.Join(' ', points)}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\"/>");
        }
    }

    private static IEnumerable<(string System, string Colour)> Systems(BenchReport report) =>
        report.Load.Select(r => r.System).Distinct().Select((s, i) => (s, Colours[i % Colours.Length]));

    private static void Line(StringBuilder svg, FormattableString text) => svg.AppendLine(FormattableString.Invariant(text));

    private static string Escape(string text) => text.Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal);
}
