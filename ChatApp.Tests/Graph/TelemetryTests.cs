using System.Net.Http.Json;
using System.Text.Json;
using Aspire.Hosting.Testing;
using ChatApp.Tests.Graph.Otlp;
using Google.Protobuf;

namespace ChatApp.Tests.Graph;

/// <summary>What the services of the shared graph send to a collector, byte for byte.</summary>
public sealed class TelemetryTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private OtlpCollector _collector = null!;
    private HttpClient _api = null!;

    [OneTimeSetUp]
    public async Task ConnectAsync()
    {
        _api = await ProductGraph.ApiAsync();
        _collector = ProductGraph.Collector;
    }

    [OneTimeTearDown]
    public void Disconnect() => _api.Dispose();

    [Test]
    public async Task Every_span_of_a_turn_hangs_below_one_root_over_all_services()
    {
        var turn = await RunTurnAsync("What is 123 times 456?");

        List<(string Service, Span Span)> trace = [];
        // Each service sends its spans when they end, the edge's last.
        await Eventually.HoldsAsync(() => (trace = TraceOf(turn)).Select(entry => entry.Service).Distinct().Count() == 3 && Roots(trace).Count == 1, "the turn's trace is whole", s_patience);

        trace.Select(entry => entry.Service).Distinct().ShouldBe(["api", "orchestrator", "inference"], ignoreOrder: true);
        foreach (var name in (string[])["turn", "LoadHistory", "BuildPrompt", "Generate", "execute_tool calculate", "chat chatapp-mini", "queue", "prefill", "decode"])
            trace.Select(entry => entry.Span.Name).ShouldContain(name);
    }

    [Test]
    public async Task Where_capture_is_on_both_sides_of_a_model_tell_what_was_asked_and_answered()
    {
        var turn = await RunTurnAsync("Is the heron a bird?");

        List<(string Service, Span Span)> generations = [];
        await Eventually.HoldsAsync(
            () => (generations = [.. TraceOf(turn).Where(entry => entry.Span.Name == "chat chatapp-mini")]).Select(entry => entry.Service).Distinct().Count() == 2, "both sides", s_patience);

        foreach (var (service, span) in generations)
        {
            var tags = span.Attributes.ToDictionary(attribute => attribute.Key, attribute => attribute.Value.StringValue);
            tags["gen_ai.input.messages"].ShouldContain("Is the heron a bird?", Case.Sensitive, service);
            JsonDocument.Parse(tags["gen_ai.output.messages"]).RootElement[0].GetProperty("parts").GetArrayLength().ShouldBeGreaterThan(0, service);
        }
    }

    [Test]
    public async Task Tokens_of_shared_links_and_names_of_folders_are_nowhere()
    {
        const string Folder = "zebra-finch-ledger";
        const string Token = "Tk7Zq0w-NotARealToken_ButLongEnough42";

        using (var listed = await _api.GetAsync($"/api/conversations?folder={Folder}"))
            listed.EnsureSuccessStatusCode();
        using (await _api.GetAsync($"/api/shared/{Token}"))
        using (await _api.GetAsync($"/api/nothing/{Token}?q={Folder}"))
        {
            // Refused; what counts is what is told of it.
        }

        using var web = (await ProductGraph.SharedAsync()).CreateHttpClient("web", "http");
        using (await web.GetAsync($"/shared/{Token}"))
        {
            // The page says that there is none.
        }

        await Eventually.HoldsAsync(
            () => Paths("api").Contains("/api/shared/{token}") && Paths("web").Contains("/shared/{Token}") && Paths("api").Contains("/api/nothing/*"), "the requests were reported", s_patience);
        _collector.Holds(Token).ShouldBeFalse();
        _collector.Holds(Folder).ShouldBeFalse();

        List<string> Paths(string service) => [.. _collector.Spans().Where(entry => entry.Service == service)
            .SelectMany(entry => entry.Span.Attributes).Where(attribute => attribute.Key == "url.path").Select(attribute => attribute.Value.StringValue)];
    }

    private List<(string Service, Span Span)> TraceOf(string turn)
    {
        var spans = _collector.Spans();
        var trace = spans.FirstOrDefault(entry => entry.Span.Name == "turn" && entry.Span.Attributes.Any(attribute => attribute.Value.StringValue == turn)).Span?.TraceId;
        return trace is null ? [] : [.. spans.Where(entry => entry.Span.TraceId == trace)];
    }

    private static List<ByteString> Roots(List<(string Service, Span Span)> trace)
    {
        var known = trace.Select(entry => entry.Span.SpanId).ToHashSet();
        return [.. trace.Where(entry => entry.Span.ParentSpanId.IsEmpty || !known.Contains(entry.Span.ParentSpanId)).Select(entry => entry.Span.SpanId)];
    }

    private async Task<string> RunTurnAsync(string question)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/turns")
        {
            Content = JsonContent.Create(new { content = question, model = "chatapp-mini", sampling = new { temperature = 0 } }),
        };
        using var response = await _api.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        response.EnsureSuccessStatusCode();
        var turn = "";
        await foreach (var (_, type, data) in response.ReadNumberedEventsAsync())
        {
            if (type == "started")
                turn = data.GetProperty("turn_id").GetString()!;
        }

        turn.ShouldNotBeEmpty();
        return turn;
    }
}
