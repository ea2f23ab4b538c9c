using System.Diagnostics;
using System.Text;
using System.Text.Json;
using ChatApp.Inference.Endpoints.Answers;
using ChatApp.Inference.Engine.Requests;
using ChatApp.Inference.Serving;
using ChatApp.ServiceDefaults.Telemetry;

namespace ChatApp.Inference.Endpoints;

/// <summary>
/// One span per request, in OpenTelemetry's GenAI conventions, and below it one for each step that the engine took it
/// through. Prompts and answers are recorded only where <see cref="GenAIContent"/> is switched on.
/// </summary>
internal sealed class RequestTrace : IDisposable
{
    private static readonly ActivitySource _source = new("ChatApp.Inference");

    private readonly Activity? _activity;
    private readonly TimeProvider _time;
    private readonly SortedDictionary<int, (StringBuilder Text, string? Finish)>? _answers;
    private readonly HashSet<string> _finishReasons = [];

    private RequestTrace(Activity? activity, TimeProvider time)
    {
        (_activity, _time) = (activity, time);
        _answers = activity is not null && GenAIContent.IsCaptured ? [] : null;
    }

    /// <param name="operation">As the conventions name it.</param>
    /// <param name="model">Who answers.</param>
    /// <param name="request">What the engine is given.</param>
    /// <param name="body">What the client sent.</param>
    /// <param name="time">The clock.</param>
    public static RequestTrace Start(string operation, ServedModel model, GenerationRequest request, JsonElement body, TimeProvider time)
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
            GenAIContent.TagRequest(activity, body);
        }
        return new RequestTrace(activity, time);
    }

    public void Observe(in GenerationChunk chunk)
    {
        if (_activity is null)
            return;
        if (chunk.Finish is { } finish)
            _finishReasons.Add(AnswerParts.Name(finish, calledTools: false));
        if (chunk.Error is not null)
            _activity.SetStatus(ActivityStatusCode.Error, chunk.Error);
        Collect(chunk);
        if (chunk.Summary is { } summary)
            Observe(_activity, summary);
    }

    public void Dispose()
    {
        _activity?.SetTag("gen_ai.response.finish_reasons", _finishReasons.ToArray());
        if (_answers is not null)
            GenAIContent.TagAnswer(_activity, _answers.Values.Select(answer => (answer.Text.ToString(), (IReadOnlyList<(string, string)>)[], answer.Finish)));
        _activity?.Dispose();
    }

    // The text of a call of a tool is in the answer as the model wrote it.
    private void Collect(in GenerationChunk chunk)
    {
        if (_answers is null || chunk.Choice < 0)
            return;
        var (text, reason) = _answers.TryGetValue(chunk.Choice, out var known) ? known : (new StringBuilder(), null);
        text.Append(chunk.Text);
        _answers[chunk.Choice] = (text, chunk.Finish is { } finish ? AnswerParts.Name(finish, calledTools: false) : reason);
    }

    private void Observe(Activity activity, GenerationSummary summary)
    {
        activity.SetTag("gen_ai.usage.input_tokens", summary.PromptTokens);
        activity.SetTag("gen_ai.usage.output_tokens", summary.CompletionTokens);
        activity.SetTag("gen_ai.usage.cache_read.input_tokens", summary.CachedTokens);
        // vLLM's names, in seconds.
        activity.SetTag("gen_ai.latency.time_in_queue", summary.QueueMs / 1000);
        activity.SetTag("gen_ai.latency.time_in_model_prefill", summary.PrefillMs / 1000);
        activity.SetTag("gen_ai.latency.time_in_model_decode", summary.DecodeMs / 1000);

        // They lie one after the other and end now; the engine measured how long each took.
        var end = _time.GetUtcNow();
        var decode = end - TimeSpan.FromMilliseconds(summary.DecodeMs);
        var prefill = decode - TimeSpan.FromMilliseconds(summary.PrefillMs);
        Step(activity, "queue", prefill - TimeSpan.FromMilliseconds(summary.QueueMs), prefill);
        Step(activity, "prefill", prefill, decode);
        Step(activity, "decode", decode, end);
    }

    private static void Step(Activity parent, string name, DateTimeOffset start, DateTimeOffset end)
    {
        using var step = _source.StartActivity(ActivityKind.Internal, parent.Context, startTime: start, name: name);
        step?.SetEndTime(end.UtcDateTime);
    }
}
