using System.Diagnostics;
using System.Diagnostics.Metrics;
using ChatApp.Orchestrator.Gateway.Routing;

namespace ChatApp.Orchestrator.Gateway;

/// <summary>
/// One generation's span and metrics under the names of OpenTelemetry's GenAI conventions: models, upstreams and counts,
/// never what was asked or answered, nor a key.
/// </summary>
internal sealed class GatewayTelemetry : IDisposable
{
    /// <summary>Name of the activity source and of the meter.</summary>
    public const string Name = "ChatApp.Gateway";

    private static readonly ActivitySource Source = new(Name);
    private static readonly Meter Meter = new(Name);
    private static readonly Histogram<long> Tokens = Meter.CreateHistogram<long>("gen_ai.client.token.usage", "{token}");
    private static readonly Histogram<double> Duration = Meter.CreateHistogram<double>("gen_ai.client.operation.duration", "s");
    private static readonly Histogram<double> FirstChunk = Meter.CreateHistogram<double>("gen_ai.client.operation.time_to_first_chunk", "s");

    private readonly Activity? _span;
    private readonly TimeProvider _time;
    private readonly long _since;
    private readonly KeyValuePair<string, object?>[] _tags;
    private TokenUsage? _usage;
    private string? _error;

    private GatewayTelemetry(PlannedRoute planned, string operation, TimeProvider time)
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
    }

    public static GatewayTelemetry Start(PlannedRoute planned, GatewayCall call, TimeProvider time) => new(planned, call.Operation switch
    {
        ChatProtocol.ChatOperation => "chat",
        "completions" => "text_completion",
        var other => other,
    }, time);

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

        if (_error is not null)
            _span?.SetTag("error.type", _error).SetStatus(ActivityStatusCode.Error, _error);
        _span?.Dispose();
    }
}
