using ChatApp.ServiceDefaults.Telemetry;
using ChatApp.Tests.Graph;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ChatApp.Tests.Observability;

/// <summary>Verdicts on answers, as a collector gets them.</summary>
public sealed class EvaluationTests
{
    [Test]
    public async Task A_verdict_is_an_event_by_OpenTelemetry_s_name_and_quotes_nothing_where_capture_is_off()
    {
        await using var collector = await OtlpCollector.StartAsync();
        var builder = Host.CreateApplicationBuilder();
        builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"] = collector.Url;
        builder.Configuration["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf";
        builder.AddServiceDefaults();
        using (var host = builder.Build())
        {
            var logger = host.Services.GetRequiredService<ILogger<EvaluationTests>>();
            GenAIEvaluation.Record(logger, "groundedness", "fail", 0.25, "It says 'the heron is a fish'.", "resp-7");
            // Disposing the host flushes its exporters.
        }

        await Eventually.HoldsAsync(() => collector.Holds(GenAIEvaluation.EventName), "the event arrived", TimeSpan.FromSeconds(30));
        collector.Holds("gen_ai.evaluation.score.label").ShouldBeTrue();
        collector.Holds("resp-7").ShouldBeTrue();
        collector.Holds("heron").ShouldBeFalse();
    }
}
