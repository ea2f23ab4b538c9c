using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Text;
using System.Text.Json;
using ChatApp.Orchestrator.Gateway.Routing;
using ChatApp.Orchestrator.Gateway.Wire;
using ChatApp.Orchestrator.Metering;
using ChatApp.ServiceDefaults.Telemetry;

namespace ChatApp.Orchestrator.Gateway;

/// <summary>
/// One generation's span and metrics under the names of OpenTelemetry's GenAI conventions: models, upstreams and counts;
/// what was asked and answered only where <see cref="GenAIContent"/> is switched on; never a key.
/// </summary>
internal sealed class GatewayTelemetry : IDisposable
{
    /// <summary>Name of the activity source and of the meter.</summary>
    public const string Name = "ChatApp.Gateway";

    private const string EmbeddingsOperation = "embeddings";

    private static readonly ActivitySource Source = new(Name);
    private static readonly Meter Meter = new(Name);
    private static readonly Histogram<long> Tokens = Meter.CreateHistogram<long>("gen_ai.client.token.usage", "{token}");
    private static readonly Histogram<double> Duration = Meter.CreateHistogram<double>("gen_ai.client.operation.duration", "s");
    private static readonly Histogram<double> FirstChunk = Meter.CreateHistogram<double>("gen_ai.client.operation.time_to_first_chunk", "s");

    private readonly Activity? _span;
    private readonly TimeProvider _time;
    private readonly long _since;
    private readonly KeyValuePair<string, object?>[] _tags;
    private readonly StringBuilder? _answer;
    private readonly ToolCallCollector _calls = new();
    private string? _finishReason;
    private TokenUsage? _usage;
    private string? _error;

    private GatewayTelemetry(PlannedRoute planned, string operation, ReadOnlyMemory<byte> body, TimeProvider time)
    {
        _time = time;
        _since = time.GetTimestamp();
        _tags =
        [
            new("gen_ai.operation.name", operation),
            new("gen_ai.provider.name", planned.Route.Name),
            new("gen_ai.request.model", planned.Model.Id),
        ];
        _span = Source.StartActivity($"{operation} {planned.Model.Id}", ActivityKind.Client, Activity.Current?.Context ?? default, _tags);
        _span?.SetTag("gen_ai.response.model", planned.Route.Model);
        if (!GenAIContent.IsCaptured || _span is null || operation == EmbeddingsOperation)
            return;
        _answer = new StringBuilder();
        using var request = JsonDocument.Parse(body);
        GenAIContent.TagRequest(_span, request.RootElement);
    }

    /// <param name="planned">Who is asked.</param>
    /// <param name="call">What for.</param>
    /// <param name="body">The request as it is sent.</param>
    /// <param name="time">The clock.</param>
    public static GatewayTelemetry Start(PlannedRoute planned, GatewayCall call, ReadOnlyMemory<byte> body, TimeProvider time) => new(planned, call.Operation switch
    {
        ChatProtocol.ChatOperation => "chat",
        "completions" => "text_completion",
        var other => other,
    }, body, time);

    /// <summary>A part of the answer.</summary>
    public void Read(StreamChunk chunk)
    {
        _finishReason = chunk.FinishReason ?? _finishReason;
        if (_answer is null)
            return;
        _answer.Append(chunk.Text);
        _calls.Add(chunk.ToolCalls);
    }

    /// <summary>The whole answer.</summary>
    public void Read(byte[] answer) => _answer?.Append(ChatProtocol.ReadWhole(answer).Text);

    public void FirstToken() => FirstChunk.Record(_time.GetElapsedTime(_since).TotalSeconds, _tags);

    public void Used(TokenUsage usage) => _usage = usage;

    public void Failed(UpstreamException exception) => _error = exception.Failure.ToString();

    public void Dispose()
    {
        KeyValuePair<string, object?>[] tags = _error is null ? _tags : [.. _tags, new("error.type", _error)];
        Duration.Record(_time.GetElapsedTime(_since).TotalSeconds, tags);
        if (_usage is { } usage)
        {
            Tokens.Record(usage.InputTokens, [.. _tags, new("gen_ai.token.type", "input")]);
            Tokens.Record(usage.OutputTokens, [.. _tags, new("gen_ai.token.type", "output")]);
            _span?.SetTag("gen_ai.usage.input_tokens", usage.InputTokens);
            _span?.SetTag("gen_ai.usage.cache_read.input_tokens", usage.CachedTokens);
            _span?.SetTag("gen_ai.usage.output_tokens", usage.OutputTokens);
        }

        if (_finishReason is not null)
            _span?.SetTag("gen_ai.response.finish_reasons", new[] { _finishReason });
        if (_answer is not null)
            GenAIContent.TagAnswer(_span, [(_answer.ToString(), _calls.Calls, _finishReason)]);
        if (_error is not null)
            _span?.SetTag("error.type", _error).SetStatus(ActivityStatusCode.Error, _error);
        _span?.Dispose();
    }
}
