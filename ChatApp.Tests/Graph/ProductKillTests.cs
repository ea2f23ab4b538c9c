using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Aspire.Hosting.Testing;

namespace ChatApp.Tests.Graph;

/// <summary>
/// kill -9 of each service and store of the product's own graph under a turn, round after round: it is back and healthy soon,
/// and whoever watches sees every event. CHATAPP_TEST_KILL_ROUNDS says how many rounds; the proof is 50.
/// </summary>
[Category("Long")]
[Explicit("Minutes long: kills processes of the whole product.")]
public sealed class ProductKillTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);
    private static readonly int s_rounds = int.TryParse(Environment.GetEnvironmentVariable("CHATAPP_TEST_KILL_ROUNDS"), CultureInfo.InvariantCulture, out var asked) ? asked : 50;

    private GraphUnderTest _graph = null!;
    private HttpClient _api = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _graph = await ProductGraph.StartAsync();
        _api = _graph.Application.CreateHttpClient("api", "http");
        _api.Timeout = Timeout.InfiniteTimeSpan;
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        _api.Dispose();
        await _graph.DisposeAsync();
    }

    [TestCase("inference")]
    [TestCase("orchestrator")]
    [TestCase("api")]
    [TestCase("web")]
    [TestCase("postgres")]
    [TestCase("redis")]
    public async Task What_is_killed_is_back_and_viewers_see_every_event(string resource)
    {
        List<double> away = [];
        List<string> lost = [];
        for (var round = 0; round < s_rounds; round++)
        {
            var first = await _graph.ProcessIdAsync(resource, new CancellationTokenSource(s_patience).Token);
            var begun = new TaskCompletionSource();
            var viewer = WatchAsync("Tell me a short story.", begun);
            await begun.Task.WaitAsync(s_patience);
            var since = Stopwatch.GetTimestamp();
            await _graph.KillAsync(resource);
            while (await _graph.ProcessIdAsync(resource, new CancellationTokenSource(s_patience).Token) == first)
                await Task.Yield();
            await _graph.HealthyAsync(resource);
            away.Add(Stopwatch.GetElapsedTime(since).TotalSeconds);

            var seen = await viewer.WaitAsync(s_patience);
            if (seen.Status != "Completed" || !seen.Numbers.SequenceEqual(Enumerable.Range(1, seen.Numbers.Count).Select(number => (long)number)) || seen.Text != await StoredTextAsync(seen))
                lost.Add($"round {round}: {seen.Status}, events {string.Join(',', seen.Numbers)}, {seen.Error}");
        }

        away.Sort();
        TestContext.Out.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{resource}: {s_rounds} rounds, healthy again after {away[away.Count / 2]:0.0} s (median), {away[^1]:0.0} s at most; {lost.Count} turns not whole"));
        lost.ShouldBeEmpty();
    }

    private async Task<Seen> WatchAsync(string question, TaskCompletionSource begun)
    {
        var seen = new Seen();
        var requestId = Guid.NewGuid().ToString();
        for (var since = Stopwatch.GetTimestamp(); seen.Status.Length == 0 && Stopwatch.GetElapsedTime(since) < s_patience;)
        {
            try
            {
                using var request = seen.Turn.Length == 0
                    ? new HttpRequestMessage(HttpMethod.Post, "/api/turns") { Content = JsonContent.Create(new { content = question, model = "chatapp-mini", request_id = requestId, sampling = new { temperature = 0 } }) }
                    : new HttpRequestMessage(HttpMethod.Get, $"/api/turns/{seen.Turn}/events") { Headers = { { "Last-Event-ID", seen.Numbers.LastOrDefault().ToString(CultureInfo.InvariantCulture) } } };
                using var response = await _api.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
                if (response.StatusCode is HttpStatusCode.OK)
                    await ReadAsync(response, seen, begun);
                else
                    seen.Error = $"{(int)response.StatusCode} {await response.Content.ReadAsStringAsync()}";
            }
            catch (Exception exception) when (exception is HttpRequestException or IOException or AssertionException or FormatException)
            {
                // The connection went with what was killed; the next one goes on after the last event seen.
                seen.Error = exception.Message;
            }

            if (seen.Status.Length == 0)
                await Task.Delay(100);
        }

        return seen;
    }

    private static async Task ReadAsync(HttpResponseMessage response, Seen seen, TaskCompletionSource begun)
    {
        await foreach (var (number, type, data) in response.ReadNumberedEventsAsync())
        {
            seen.Numbers.Add(number);
            if (type == "started")
                (seen.Turn, seen.Conversation, seen.Answer) = (data.GetProperty("turn_id").GetString()!, data.GetProperty("conversation_id").GetString()!, data.GetProperty("assistant_message_id").GetString()!);
            if (type == "text")
            {
                seen.Text += data.GetProperty("text").GetString();
                begun.TrySetResult();
            }

            if (type == "ended")
                seen.Status = data.GetProperty("status").GetString()!;
        }
    }

    private async Task<string?> StoredTextAsync(Seen seen)
    {
        var stored = await _api.GetFromJsonAsync<JsonElement>($"/api/conversations/{seen.Conversation}");
        return stored.GetProperty("messages").EnumerateArray().Single(message => message.GetProperty("id").GetString() == seen.Answer).GetProperty("text").GetString();
    }

    private sealed class Seen
    {
        public string Turn { get; set; } = "";

        public string Conversation { get; set; } = "";

        public string Answer { get; set; } = "";

        public string Status { get; set; } = "";

        public string Text { get; set; } = "";

        public string Error { get; set; } = "";

        public List<long> Numbers { get; } = [];
    }
}
