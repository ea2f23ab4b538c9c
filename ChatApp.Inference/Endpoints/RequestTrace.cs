using System.Diagnostics;
using ChatApp.Inference.Engine;
using ChatApp.Inference.Serving;

namespace ChatApp.Inference.Endpoints;

/// <summary>One span per request, in OpenTelemetry's GenAI conventions; prompts and answers are not recorded.</summary>
internal sealed class RequestTrace : IDisposable
{
    private static readonly ActivitySource _source = new("ChatApp.Inference");

    private readonly Activity? _activity;
    private readonly HashSet<string> _finishReasons = [];

    private RequestTrace(Activity? activity) => _activity = activity;

    public static RequestTrace Start(string operation, ServedModel model, GenerationRequest request)
    {
        var activity = _source.StartActivity($"{operation} {model.Id}", ActivityKind.Server);
        if (activity is not null)
        {
            activity.SetTag("gen_ai.operation.name", operation);
            activity.SetTag("gen_ai.provider.name", "chatapp");
            activity.SetTag("gen_ai.request.model", model.Id);
            activity.SetTag("gen_ai.response.id", request.Id);
            activity.SetTag("gen_ai.response.model", model.Id);
            activity.SetTag("gen_ai.request.temperature", request.Sampling.Temperature);
            activity.SetTag("gen_ai.request.top_p", request.Sampling.TopP);
            activity.SetTag("gen_ai.request.choice.count", request.Choices);
            if (request.MaxTokens is { } maximum)
                activity.SetTag("gen_ai.request.max_tokens", maximum);
        }
        return new RequestTrace(activity);
    }

    public void Observe(in GenerationChunk chunk)
    {
        if (_activity is null)
            return;
        if (chunk.Finish is { } finish)
            _finishReasons.Add(FinishReasons.Name(finish, calledTools: false));
        if (chunk.Error is not null)
            _activity.SetStatus(ActivityStatusCode.Error, chunk.Error);
        if (chunk.Summary is not { } summary)
            return;
        _activity.SetTag("gen_ai.usage.input_tokens", summary.PromptTokens);
        _activity.SetTag("gen_ai.usage.output_tokens", summary.CompletionTokens);
        _activity.SetTag("gen_ai.usage.cache_read.input_tokens", summary.CachedTokens);
        // vLLM's names, in seconds.
        _activity.SetTag("gen_ai.latency.time_in_queue", summary.QueueMs / 1000);
        _activity.SetTag("gen_ai.latency.time_in_model_prefill", summary.PrefillMs / 1000);
        _activity.SetTag("gen_ai.latency.time_in_model_decode", summary.DecodeMs / 1000);
    }

    public void Dispose()
    {
        _activity?.SetTag("gen_ai.response.finish_reasons", _finishReasons.ToArray());
        _activity?.Dispose();
    }
}
