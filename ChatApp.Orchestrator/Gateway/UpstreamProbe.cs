using System.Globalization;
using System.Text;
using ChatApp.Orchestrator.Gateway.Routing;
using ChatApp.Orchestrator.Gateway.Settings;
using ChatApp.Orchestrator.Gateway.Upstreams;
using ChatApp.Orchestrator.Logging;
using Microsoft.Extensions.Options;

namespace ChatApp.Orchestrator.Gateway;

/// <summary>
/// Reads the queues of upstreams that tell them (vLLM's metric names), where there is a choice among upstreams. A queue that
/// can't be read counts as empty: whether the upstream works is for its breaker to find out.
/// </summary>
internal sealed class UpstreamProbe(
    ModelCatalogue catalogue, UpstreamClient client, UpstreamBoard board, IOptionsMonitor<GatewayOptions> options, TimeProvider time, ILogger<UpstreamProbe> logger)
    : BackgroundService
{
    /// <summary>Requests that wait or run, of all models together, in Prometheus' text format.</summary>
    public static int ReadLoad(string metrics)
    {
        var load = 0.0;
        foreach (var line in metrics.AsSpan().EnumerateLines())
        {
            if (!line.StartsWith("vllm:num_requests_waiting", StringComparison.Ordinal) && !line.StartsWith("vllm:num_requests_running", StringComparison.Ordinal))
                continue;
            // Of a longer name with the same beginning, nothing is wanted.
            var rest = line["vllm:num_requests_waiting".Length..];
            if (rest is not ([' ', ..] or ['{', ..]))
                continue;
            var value = rest[0] == '{' ? rest[(rest.LastIndexOf('}') + 1)..] : rest;
            if (double.TryParse(FirstWord(value), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && number is > 0 and < int.MaxValue)
                load += number;
        }

        return (int)Math.Min(int.MaxValue, load);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (true)
            {
                var upstreams = catalogue.Upstreams;
                if (upstreams.Count > 1)
                    await Task.WhenAll(upstreams.Where(pair => pair.Value.SpeaksVllm).Select(pair => ProbeAsync(pair.Key, pair.Value, stoppingToken)));
                await Task.Delay(options.CurrentValue.ProbeInterval, time, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The host stops.
        }
    }

    private async Task ProbeAsync(string name, UpstreamOptions upstream, CancellationToken cancellationToken)
    {
        try
        {
            board[name].ReportedLoad = ReadLoad(Encoding.UTF8.GetString(await client.ReadMetricsAsync(name, upstream, cancellationToken)));
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            board[name].ReportedLoad = 0;
            Log.ProbeFailed(logger, name, exception.Message);
        }
    }

    private static ReadOnlySpan<char> FirstWord(ReadOnlySpan<char> text)
    {
        text = text.TrimStart(' ');
        var end = text.IndexOf(' ');
        return end < 0 ? text : text[..end];
    }
}
