using System.Diagnostics;
using System.Text.Json;

namespace ChatApp.Bench;

/// <summary>Everything measured in one run: to the console as it comes, to JSON and a picture at the end.</summary>
internal sealed class BenchReport
{
    private static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        NumberHandling = System.Text.Json.Serialization.JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

    public string Model { get; init; } = "";

    public int Processors { get; init; } = Environment.ProcessorCount;

    public DateTimeOffset Began { get; init; } = DateTimeOffset.UtcNow;

    public List<LoadRow> Load { get; } = [];

    public List<Bar> Bars { get; } = [];

    /// <summary>One system at one concurrency: medians over the rounds.</summary>
    internal sealed record LoadRow(
        string System, int Streams, double TokensPerSecond, double TtftP50Ms, double TtftP95Ms, double ItlP50Ms, double ItlP95Ms, double ItlP99Ms, double ResidentMb);

    /// <summary>A figure that is held against a bound.</summary>
    internal sealed record Bar(string Name, double Value, string Bound, bool Holds, string Note);

    public void Add(string system, IReadOnlyList<LoadResult> rounds)
    {
        double Median(Func<LoadResult, double> of) => BenchReport.Median(rounds.Select(of));
        var row = new LoadRow(
            system, rounds[0].Streams, Median(r => r.TokensPerSecond),
            Median(r => LoadResult.Percentile(r.TimeToFirstTokenMs, 50)), Median(r => LoadResult.Percentile(r.TimeToFirstTokenMs, 95)),
            Median(r => LoadResult.Percentile(r.InterTokenMs, 50)), Median(r => LoadResult.Percentile(r.InterTokenMs, 95)), Median(r => LoadResult.Percentile(r.InterTokenMs, 99)),
            Process.GetCurrentProcess().WorkingSet64 / 1e6);
        Load.Add(row);
        Console.WriteLine(
            $"{row.System,-8} {row.Streams,3} streams {row.TokensPerSecond,8:0.0} tokens/s   TTFT ms p50 {row.TtftP50Ms,7:0} p95 {row.TtftP95Ms,7:0}   " +
            $"ITL ms p50 {row.ItlP50Ms,6:0.0} p95 {row.ItlP95Ms,6:0.0} p99 {row.ItlP99Ms,6:0.0}   resident {row.ResidentMb:0} MB");
    }

    public void Hold(string name, double value, double bound, bool atLeast, string note)
    {
        var bar = new Bar(name, value, $"{(atLeast ? "at least" : "at most")} {bound:0.###}", atLeast ? value >= bound : value <= bound, note);
        Bars.Add(bar);
        Console.WriteLine($"  {(bar.Holds ? "holds" : "FALLS")}  {bar.Name}: {bar.Value:0.000} ({bar.Bound})  {bar.Note}");
    }

    /// <summary>A figure without a bound.</summary>
    public void Note(string name, double value, string note)
    {
        Bars.Add(new Bar(name, value, "", true, note));
        Console.WriteLine($"  {name}: {value:0.000}  {note}");
    }

    public void Write(string folder)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "bench.json"), JsonSerializer.Serialize(this, Indented) + "\n");
        File.WriteAllText(Path.Combine(folder, "bench.svg"), BenchPicture.Svg(this));
        Console.WriteLine($"Wrote {Path.Combine(folder, "bench.json")} and bench.svg.");
    }

    public static double Median(IEnumerable<double> values)
    {
        var sorted = values.Where(v => !double.IsNaN(v)).Order().ToArray();
        return sorted.Length == 0 ? double.NaN : sorted.Length % 2 == 1 ? sorted[sorted.Length / 2] : (sorted[sorted.Length / 2 - 1] + sorted[sorted.Length / 2]) / 2;
    }
}
