using System.Diagnostics;
using System.Globalization;

namespace ChatApp.Tests.Orchestrator.Load;

/// <summary>The times of many streams at once, and the processor time that everyone took for them.</summary>
internal sealed class StreamRun
{
    private readonly string _what;
    private readonly int[] _replicas;
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly double _machine = Machine();
    private readonly double _self = Self();
    private readonly double _services;
    private List<double> _delays = [];
    private string _text = "";

    public StreamRun(string what, params int[] replicas)
    {
        _what = what;
        _replicas = replicas;
        _services = Services();
    }

    public void Finish(NumberedWords[] streams, List<double> lateness)
    {
        var seconds = _clock.Elapsed.TotalSeconds;
        var (machine, self, services) = ((Machine() - _machine) / seconds, (Self() - _self) / seconds, (Services() - _services) / seconds);
        _delays = [.. streams.SelectMany(stream => stream.Delays).Order()];
        lateness.Sort();
        _text = string.Create(CultureInfo.InvariantCulture,
            $"{_what}: {seconds:F1} s, {streams.Sum(stream => stream.Pieces) / seconds:F0} pieces/s, delay per token, ms: p50 {At(_delays, 0.5):F1}, p95 {At(_delays, 0.95):F1}, p99 {At(_delays, 0.99):F1}, max {_delays[^1]:F1}; "
            + $"cores: all {machine:F2}, replicas {services:F2}, generator with upstream {self:F2}, others {machine - self - services:F2}; upstream late by p99 {At(lateness, 0.99):F1}");
    }

    public override string ToString() => _text;

    public static string Medians(IReadOnlyList<StreamRun> runs) => string.Join(", ", new[] { 0.5, 0.95, 0.99 }.Select(share =>
        string.Create(CultureInfo.InvariantCulture, $"p{share * 100:F0} {At([.. runs.Select(run => At(run._delays, share)).Order()], 0.5):F1}")));

    private static double At(List<double> sorted, double share) => sorted[(int)Math.Min(sorted.Count - 1, sorted.Count * share)];

    private static double Self()
    {
        using var process = Process.GetCurrentProcess();
        return process.TotalProcessorTime.TotalSeconds;
    }

    private double Services() => _replicas.Sum(id =>
    {
        using var process = Process.GetProcessById(id);
        return process.TotalProcessorTime.TotalSeconds;
    });

    // User, nice, system, interrupts: hundredths of a second.
    private static double Machine()
    {
        var fields = File.ReadLines("/proc/stat").First().Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return new[] { 1, 2, 3, 6, 7 }.Sum(field => double.Parse(fields[field], CultureInfo.InvariantCulture)) / 100;
    }
}
