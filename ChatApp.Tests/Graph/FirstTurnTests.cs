using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Aspire.Hosting.Testing;
using Npgsql;
using StackExchange.Redis;

namespace ChatApp.Tests.Graph;

/// <summary>One question through all planes: edge, orchestrator, engine, and back.</summary>
public sealed class FirstTurnTests
{
    private const string Model = "chatapp-mini";

    private HttpClient _api = null!;

    [OneTimeSetUp]
    public async Task ConnectAsync() => _api = await ProductGraph.ApiAsync();

    [OneTimeTearDown]
    public void Disconnect() => _api.Dispose();

    [Test]
    public async Task A_streamed_answer_arrives_in_pieces_and_ends_with_a_reason()
    {
        using var response = await PostAsync(new
        {
            model = Model,
            stream = true,
            stream_options = new { include_usage = true },
            temperature = 0,
            messages = new[] { new { role = "user", content = "Hello, who are you?" } },
        });

        response.Content.Headers.ContentType!.MediaType.ShouldBe("text/event-stream");
        List<string> texts = [];
        string? finish = null;
        JsonElement usage = default;
        await foreach (var (_, data) in response.ReadEventsAsync())
        {
            usage = data.GetProperty("usage");
            if (data.GetProperty("choices").GetArrayLength() == 0)
                continue;
            usage.ValueKind.ShouldBe(JsonValueKind.Null);
            var choice = data.GetProperty("choices")[0];
            if (choice.GetProperty("delta").TryGetProperty("content", out var content) && content.GetString() is { Length: > 0 } text)
                texts.Add(text);
            finish = choice.GetProperty("finish_reason").GetString() ?? finish;
        }

        texts.Count.ShouldBeGreaterThan(3);
        finish.ShouldBe("stop");
        usage.GetProperty("completion_tokens").GetInt32().ShouldBeGreaterThan(3);
    }

    [Test]
    public async Task Models_are_listed_with_the_tools_that_are_switched_on_for_them()
    {
        var models = (await _api.GetFromJsonAsync<JsonElement>("/api/models")).GetProperty("data").EnumerateArray().ToList();

        models.ShouldNotBeEmpty();
        foreach (var model in models)
        {
            var usesTools = model.GetProperty("capabilities").EnumerateArray().Any(capability => capability.GetString() == "tools");
            model.GetProperty("tools").EnumerateArray().Select(tool => tool.GetString()).ShouldBe(usesTools ? ["calculate", "current_time", "convert_units"] : [], ignoreOrder: true);
        }

        models.ShouldContain(model => model.GetProperty("tools").GetArrayLength() > 0);
    }

    [Test]
    public async Task The_same_greedy_question_has_the_same_answer_streamed_or_whole()
    {
        var messages = new[] { new { role = "user", content = "What can you do?" } };
        using var streamed = await PostAsync(new { model = Model, stream = true, temperature = 0, messages });
        using var whole = await PostAsync(new { model = Model, temperature = 0, messages });

        var text = string.Concat(await streamed.ReadTextAsync());
        var answer = await whole.Content.ReadFromJsonAsync<JsonElement>();

        answer.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString().ShouldBe(text);
        answer.GetProperty("usage").GetProperty("completion_tokens").GetInt32().ShouldBeGreaterThan(0);
    }

    [Test]
    public async Task A_turn_is_in_PostgreSQL_and_its_context_in_Redis_when_the_stream_closes()
    {
        var conversation = await NewConversationAsync();

        var text = string.Concat(await AskAsync(conversation, "Hi there!"));

        var stored = (await GetAsync($"/api/conversations/{conversation}")).GetProperty("messages");
        stored.GetArrayLength().ShouldBe(2);
        stored[0].GetProperty("text").GetString().ShouldBe("Hi there!");
        stored[1].GetProperty("text").GetString().ShouldBe(text);
        stored[1].GetProperty("status").GetString().ShouldBe("Completed");
        (await RowsAsync(text)).ShouldBeGreaterThan(0);
        (await RedisKeysAsync()).ShouldNotBeEmpty();
    }

    [Test]
    public async Task Earlier_messages_of_the_conversation_reach_the_prompt()
    {
        var conversation = await NewConversationAsync();
        await AskAsync(conversation, "My name is Brisko and I live in Tavernon.");

        var answer = string.Concat(await AskAsync(conversation, "What is my name?"));

        answer.ShouldContain("Brisko");
    }

    [Test]
    public async Task A_sum_is_worked_out_by_the_calculator_and_a_reload_shows_the_step()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/turns")
        {
            Content = JsonContent.Create(new { model = Model, content = "what is 123 * 456", sampling = new { temperature = 0 } }),
        };
        using var response = await _api.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        List<(string Type, JsonElement Data)> events = [];
        await foreach (var (_, type, data) in response.ReadNumberedEventsAsync())
            events.Add((type, data));

        events.Single(e => e.Type == "tool_call").Data.GetProperty("name").GetString().ShouldBe("calculate");
        var result = events.Single(e => e.Type == "tool_result").Data;
        result.GetProperty("content").GetString().ShouldBe("56088");
        string.Concat(events.Where(e => e.Type == "text").Select(e => e.Data.GetProperty("text").GetString())).ShouldContain("56088");
        var conversation = events[0].Data.GetProperty("conversation_id").GetString();
        var stored = (await GetAsync($"/api/conversations/{conversation}")).GetProperty("messages")[1];
        var step = stored.GetProperty("content").GetProperty("parts")[0];
        step.GetProperty("name").GetString().ShouldBe("calculate");
        step.GetProperty("result").GetString().ShouldBe("56088");
    }

    [Test]
    public async Task Why_a_turn_took_its_time_is_told_by_the_engines_own_measurements_and_kept_in_its_receipt()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/turns")
        {
            Content = JsonContent.Create(new { model = Model, content = "what is 321 * 654", sampling = new { temperature = 0 } }),
        };
        using var response = await _api.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        JsonElement timings = default, started = default;
        await foreach (var (_, type, data) in response.ReadNumberedEventsAsync())
        {
            started = type == "started" ? data : started;
            timings = type == "ended" ? data.GetProperty("timings") : timings;
        }

        var parts = timings.GetProperty("parts");
        foreach (var measured in (string[])["prompt_ms", "prefill_ms", "decode_ms", "tools_ms"])
            parts.GetProperty(measured).GetDouble().ShouldBeGreaterThan(0, measured);
        foreach (var absent in (string[])["retrieval_ms", "model_first_token_ms", "model_rest_ms"])
            parts.GetProperty(absent).GetDouble().ShouldBe(0, absent);
        parts.GetProperty("partial").GetBoolean().ShouldBeFalse();
        parts.EnumerateObject().Where(part => part.Value.ValueKind == JsonValueKind.Number).Sum(part => part.Value.GetDouble())
            .ShouldBeLessThanOrEqualTo(timings.GetProperty("total_ms").GetDouble());
        var kept = (await GetAsync($"/api/turns/{started.GetProperty("turn_id").GetString()}")).GetProperty("timings").GetProperty("parts");
        kept.GetProperty("decodeMs").GetDouble().ShouldBe(parts.GetProperty("decode_ms").GetDouble());
        kept.GetProperty("toolsMs").GetDouble().ShouldBe(parts.GetProperty("tools_ms").GetDouble());
    }

    [Test]
    public async Task Models_are_listed_with_what_they_can_do()
    {
        var models = (await GetAsync("/v1/models")).GetProperty("data").EnumerateArray().ToList();

        models.Select(model => model.GetProperty("id").GetString()).ShouldBe(["chatapp-mini", "chatapp-nano", "snowflake-arctic-embed-xs", "auto"], ignoreOrder: true);
        foreach (var model in models)
            model.GetProperty("capabilities").EnumerateArray().Select(capability => capability.GetString())
                .ShouldContain(model.GetProperty("id").GetString() == "snowflake-arctic-embed-xs" ? "embeddings" : "chat");
        models.ShouldAllBe(model => model.GetProperty("context_window").GetInt32() >= 512);
    }

    private async Task<string> NewConversationAsync()
    {
        using var response = await _api.PostAsJsonAsync("/api/conversations", new { });
        response.StatusCode.ShouldBe(HttpStatusCode.Created);
        return (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetString()!;
    }

    private async Task<List<string>> AskAsync(string conversation, string question)
    {
        using var response = await PostAsync(new
        {
            model = Model,
            stream = true,
            temperature = 0,
            conversation_id = conversation,
            messages = new[] { new { role = "user", content = question } },
        });
        return await response.ReadTextAsync();
    }

    private async Task<HttpResponseMessage> PostAsync(object body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/chat/completions") { Content = JsonContent.Create(body) };
        var response = await _api.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        if (!response.IsSuccessStatusCode)
            Assert.Fail($"{(int)response.StatusCode}: {await response.Content.ReadAsStringAsync()}");
        return response;
    }

    private Task<JsonElement> GetAsync(string path) => _api.GetFromJsonAsync<JsonElement>(path);

    private static async Task<long> RowsAsync(string text)
    {
        var graph = await ProductGraph.SharedAsync();
        await using var database = NpgsqlDataSource.Create((await graph.GetConnectionStringAsync("chatdb"))!);
        await using var command = database.CreateCommand("SELECT count(*) FROM chat.messages WHERE text = $1");
        command.Parameters.AddWithValue(text);
        return (long)(await command.ExecuteScalarAsync())!;
    }

    private static async Task<List<string>> RedisKeysAsync()
    {
        var graph = await ProductGraph.SharedAsync();
        await using var redis = await ConnectionMultiplexer.ConnectAsync((await graph.GetConnectionStringAsync("redis"))!);
        return [.. redis.GetServers().SelectMany(server => server.Keys()).Select(key => key.ToString())];
    }
}
