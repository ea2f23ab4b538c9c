using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Aspire.Hosting.Testing;

namespace ChatApp.Tests.Graph;

/// <summary>A store that is killed is started again; what a viewer saw stays, and the next turn works.</summary>
public sealed class StoreFailureTests
{
    private GraphUnderTest _graph = null!;
    private HttpClient _api = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _graph = await ProductGraph.StartAsync();
        _api = _graph.Application.CreateHttpClient("api", "http");
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        _api.Dispose();
        await _graph.DisposeAsync();
    }

    [TestCase("postgres")]
    [TestCase("redis")]
    public async Task A_store_killed_while_idle_does_not_cost_the_next_turn(string store)
    {
        await KillAsync(store);

        var turn = await RunAsync("Hello!", onStarted: () => Task.CompletedTask);

        turn.Status.ShouldBe("Completed");
        turn.Text.ShouldBe(await StoredTextAsync(turn));
    }

    [TestCase("postgres")]
    [TestCase("redis")]
    public async Task A_store_killed_under_a_turn_loses_nothing_that_was_seen(string store)
    {
        var turn = await RunAsync("Tell me a short story.", onStarted: () => KillAsync(store));

        turn.Status.ShouldBe("Completed");
        turn.Numbers.ShouldBe(Enumerable.Range(1, turn.Numbers.Count).Select(number => (long)number));
        turn.Text.ShouldBe(await StoredTextAsync(turn));
    }

    private async Task<SeenTurn> RunAsync(string question, Func<Task> onStarted)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/turns")
        {
            Content = JsonContent.Create(new { content = question, model = "chatapp-mini", sampling = new { temperature = 0 } }),
        };
        using var response = await _api.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        if (!response.IsSuccessStatusCode)
            Assert.Fail($"{(int)response.StatusCode}: {await response.Content.ReadAsStringAsync()}");

        var turn = new SeenTurn();
        var text = new StringBuilder();
        await foreach (var (id, type, data) in response.ReadNumberedEventsAsync())
        {
            turn.Numbers.Add(id);
            switch (type)
            {
                case "started":
                    turn.Conversation = data.GetProperty("conversation_id").GetString()!;
                    turn.Answer = data.GetProperty("assistant_message_id").GetString()!;
                    await onStarted();
                    break;
                case "text":
                    text.Append(data.GetProperty("text").GetString());
                    break;
                case "ended":
                    turn.Status = data.GetProperty("status").GetString()!;
                    break;
            }
        }

        turn.Text = text.ToString();
        return turn;
    }

    private async Task<string?> StoredTextAsync(SeenTurn turn)
    {
        var stored = await _api.GetFromJsonAsync<JsonElement>($"/api/conversations/{turn.Conversation}");
        return stored.GetProperty("messages").EnumerateArray()
            .Single(message => message.GetProperty("id").GetString() == turn.Answer)
            .GetProperty("text").GetString();
    }

    private async Task KillAsync(string resource)
    {
        await _graph.HealthyAsync(resource);
        await _graph.KillAsync(resource);
    }

    private sealed class SeenTurn
    {
        public List<long> Numbers { get; } = [];

        public string Conversation { get; set; } = "";

        public string Answer { get; set; } = "";

        public string Status { get; set; } = "";

        public string Text { get; set; } = "";
    }
}
