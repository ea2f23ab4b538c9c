using System.Globalization;
using System.Text;
using ChatApp.Inference.Engine;
using ChatApp.Inference.Engine.Metrics;
using ChatApp.Inference.Engine.Requests;
using ChatApp.Inference.Serving;

namespace ChatApp.Inference.Endpoints;

/// <summary><c>GET /metrics</c> in Prometheus' text format, under vLLM's names, so that dashboards and autoscalers made for it work.</summary>
internal sealed class PrometheusMetrics(ModelCatalog catalog)
{
    public Task HandleAsync(HttpContext context)
    {
        context.Response.ContentType = "text/plain; version=0.0.4; charset=utf-8";
        return context.Response.WriteAsync(Render(), context.RequestAborted);
    }

    private string Render()
    {
        var output = new StringBuilder(16 << 10);
        var models = catalog.Models;
        Gauge(output, models, "num_requests_running", "Sequences that are being generated.", m => m.Stats.Running);
        Gauge(output, models, "num_requests_waiting", "Sequences that wait for a lane.", m => m.Stats.Waiting);
        Gauge(output, models, "kv_cache_usage_perc", "Share of the KV cache in use, 0 to 1.", m => m.Stats.KvUsage);
        Counter(output, models, "prefix_cache_queries", "Prompt tokens looked up in the prefix cache.", m => m.Stats.PrefixCacheQueries);
        Counter(output, models, "prefix_cache_hits", "Prompt tokens found in the prefix cache.", m => m.Stats.PrefixCacheHits);
        Counter(output, models, "num_preemptions", "Preempted sequences.", m => m.Stats.Preemptions);
        Counter(output, models, "prompt_tokens", "Prompt tokens of admitted requests.", m => m.Stats.PromptTokens);
        Counter(output, models, "generation_tokens", "Generated tokens.", m => m.Stats.GeneratedTokens);
        Counter(output, models, "spec_decode_num_draft_tokens", "Draft tokens proposed by prompt lookup.", m => m.Stats.DraftTokens);
        Counter(output, models, "spec_decode_num_accepted_tokens", "Draft tokens accepted.", m => m.Stats.AcceptedDraftTokens);
        Finished(output, models);
        Histogram(output, models, "time_to_first_token_seconds", "From submission to the first token.", m => m.TimeToFirstToken);
        Histogram(output, models, "inter_token_latency_seconds", "Between tokens of a choice.", m => m.InterToken);
        Histogram(output, models, "e2e_request_latency_seconds", "From submission to the end.", m => m.EndToEnd);
        Histogram(output, models, "request_queue_time_seconds", "From submission to a lane.", m => m.Queue);
        Histogram(output, models, "request_prefill_time_seconds", "From a lane to the first token.", m => m.Prefill);
        Histogram(output, models, "request_decode_time_seconds", "From the first token to the last.", m => m.Decode);
        Histogram(output, models, "iteration_tokens_total", "Tokens computed per step.", m => m.IterationTokens);
        return output.ToString();
    }

    private static void Gauge(StringBuilder output, IReadOnlyList<ServedModel> models, string name, string help, Func<InferenceEngine, double> value)
    {
        Header(output, name, help, "gauge");
        foreach (var model in models)
            Sample(output, name, model, "", value(model.Engine));
    }

    private static void Counter(StringBuilder output, IReadOnlyList<ServedModel> models, string name, string help, Func<InferenceEngine, long> value)
    {
        Header(output, name + "_total", help, "counter");
        foreach (var model in models)
            Sample(output, name + "_total", model, "", value(model.Engine));
    }

    private static void Finished(StringBuilder output, IReadOnlyList<ServedModel> models)
    {
        Header(output, "request_success_total", "Choices that ended, by reason.", "counter");
        foreach (var model in models)
        {
            foreach (var (reason, name) in ((FinishReason, string)[])[(FinishReason.Stop, "stop"), (FinishReason.Length, "length"), (FinishReason.Cancelled, "abort"), (FinishReason.Error, "error")])
                Sample(output, "request_success_total", model, $",finished_reason=\"{name}\"", model.Engine.Metrics.Ended(reason));
        }
    }

    private static void Histogram(StringBuilder output, IReadOnlyList<ServedModel> models, string name, string help, Func<EngineMetrics, EngineHistogram> select)
    {
        Header(output, name, help, "histogram");
        foreach (var model in models)
        {
            var histogram = select(model.Engine.Metrics);
            long total = 0;
            for (var i = 0; i < histogram.Bounds.Count; i++)
            {
                total += histogram.Count(i);
                Sample(output, name + "_bucket", model, $",le=\"{Number(histogram.Bounds[i])}\"", total);
            }
            total += histogram.Count(histogram.Bounds.Count);
            Sample(output, name + "_bucket", model, ",le=\"+Inf\"", total);
            Sample(output, name + "_sum", model, "", histogram.Sum);
            Sample(output, name + "_count", model, "", total);
        }
    }

    private static void Header(StringBuilder output, string name, string help, string type) =>
        output.Append("# HELP vllm:").Append(name).Append(' ').Append(help).Append("\n# TYPE vllm:").Append(name).Append(' ').Append(type).Append('\n');

    private static void Sample(StringBuilder output, string name, ServedModel model, string labels, double value) =>
        output.Append("vllm:").Append(name).Append("{model_name=\"").Append(Escape(model.Id)).Append('"').Append(labels).Append("} ").Append(Number(value)).Append('\n');

    private static string Escape(string label) => label.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);

    private static string Number(double value) => value.ToString("R", CultureInfo.InvariantCulture);
}
