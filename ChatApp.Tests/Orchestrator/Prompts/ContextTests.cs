using System.Text.Json;
using ChatApp.Orchestrator.V1;
using ChatApp.Tests.Orchestrator.Graph;
using Google.Protobuf;
using Grpc.Core;
using StackExchange.Redis;

namespace ChatApp.Tests.Orchestrator.Prompts;

/// <summary>The scripted model has 2,048 tokens of context, and a word is a token.</summary>
public sealed class ContextTests : GraphTest
{
    [Test]
    public async Task What_no_longer_fits_is_summarised_once_and_the_viewer_is_told()
    {
        var id = await ImportAsync(messages: 20, wordsEach: 150);

        var first = await RunAsync("what about word7? tokens=3", id);
        var second = await RunAsync("and now? tokens=3", id);

        foreach (var turn in new[] { first, second })
        {
            turn.Ended!.Status.ShouldBe("Completed");
            var told = turn.Events.Single(e => e.Notice != null && e.Notice.Code == "context_trimmed").Notice.Text;
            // It stays with the answer, for whoever opens the conversation later.
            var stored = (await GetAsync(id)).Messages.Single(message => message.Id == turn.Started.AssistantMessageId);
            var notice = JsonDocument.Parse(stored.ContentJson).RootElement.GetProperty("notices")[0];
            (notice.GetProperty("code").GetString(), notice.GetProperty("text").GetString()).ShouldBe(("context_trimmed", told));
            stored.Text.ShouldBe(turn.Text);
        }

        var prompt = Graph.Model.Requests.Last(r => r.GetRawText().Contains("what about word7?", StringComparison.Ordinal) && !r.TryGetProperty("priority", out _));
        prompt.GetProperty("messages")[0].GetProperty("content").GetString()!.ShouldContain("Summary of the conversation so far");
        TokensOf(prompt).ShouldBeLessThanOrEqualTo(1024);
        (await Graph.ScalarAsync<long>("SELECT count(*) FROM chat.summaries WHERE user_id = @User", new { User })).ShouldBeGreaterThan(0);
    }

    [Test]
    public async Task A_message_longer_than_the_context_fails_with_the_numbers()
    {
        var turn = await RunAsync(string.Join(' ', Enumerable.Repeat("word", 1500)));

        turn.Ended!.Status.ShouldBe("Failed");
        turn.Ended.Error.Code.ShouldBe("context_length_exceeded");
    }

    [Test]
    public async Task Token_counts_are_stored_with_the_messages()
    {
        var turn = await RunAsync("one two three tokens=6");

        (await GetAsync(turn.Started.ConversationId)).Messages.Select(m => m.TokenCount).ShouldBe([4, 6]);
    }

    [Test]
    public async Task A_context_that_redis_kept_from_before_is_not_believed()
    {
        await using var redis = await ConnectionMultiplexer.ConnectAsync(Graph.Stores.Redis);
        var first = await RunAsync("one tokens=2");
        var conversation = first.Started.ConversationId;
        RedisKey key = $"chat:context:{conversation["conv_".Length..]}";
        var old = await Eventually.BecomesAsync(async () => await redis.GetDatabase().StringGetAsync(key), value => !value.IsNull);
        var second = await RunAsync("two tokens=2", conversation);
        await Eventually.BecomesAsync(async () => await redis.GetDatabase().StringGetAsync(key), value => value != old);
        await redis.GetDatabase().StringSetAsync(key, old);

        await RunAsync($"three tokens=2 {User}", conversation, Graph.Second);

        var asked = Graph.Model.Requests.Last(r => r.GetRawText().Contains($"three tokens=2 {User}", StringComparison.Ordinal) && !r.TryGetProperty("priority", out _));
        asked.GetProperty("messages").EnumerateArray().TakeLast(5).Select(m => m.GetProperty("content").GetString()).ShouldBe(
            ["one tokens=2", first.Text, "two tokens=2", second.Text, $"three tokens=2 {User}"]);
    }

    [Test]
    public async Task With_its_receipt_a_turn_is_replayed_to_the_same_text()
    {
        var first = await RunAsync("remember me tokens=4");
        var turn = await RunAsync(new RunTurnRequest
        {
            Content = "replay this tokens=30",
            ConversationId = first.Started.ConversationId,
            Sampling = new Sampling { Temperature = 0, MaxTokens = 100 },
        });
        var receipt = JsonDocument.Parse((await Graph.Second.Turns.GetReceiptAsync(new GetReceiptRequest { TurnId = turn.TurnId }, Me)).Json).RootElement;
        var texts = (await GetAsync(first.Started.ConversationId)).Messages.ToDictionary(m => m.Id);

        var prompt = receipt.GetProperty("prompt");
        var messages = new List<object> { new { role = "system", content = prompt.GetProperty("system").GetString() } };
        messages.AddRange(prompt.GetProperty("messages").EnumerateArray().Select(id => texts[id.GetString()!]).Select(m => new { role = m.Role, content = m.Text }));
        var body = JsonSerializer.SerializeToUtf8Bytes(new
        {
            model = receipt.GetProperty("model").GetString(),
            messages,
            temperature = receipt.GetProperty("sampling").GetProperty("temperature").GetDouble(),
            seed = receipt.GetProperty("sampling").GetProperty("seed").GetInt64(),
        });
        using var replay = Graph.First.Completions.Complete(new CompletionRequest { Operation = "chat.completions", Body = ByteString.CopyFrom(body) }, Me);
        await replay.ResponseStream.MoveNext(CancellationToken.None);

        JsonDocument.Parse(replay.ResponseStream.Current.Json.Memory).RootElement
            .GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString().ShouldBe(turn.Text);
        receipt.GetProperty("usage").GetProperty("outputTokens").GetInt32().ShouldBe(30);
        receipt.GetProperty("promptTokens").GetProperty("messages").GetInt32().ShouldBe(3 + 4 + 3);
        receipt.GetProperty("timings").GetProperty("ttftMs").GetDouble().ShouldBeGreaterThan(0);
    }

    private static int TokensOf(JsonElement request) =>
        request.GetProperty("messages").EnumerateArray().Sum(m => 4 + m.GetProperty("content").GetString()!.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Length);

    private async Task<string> ImportAsync(int messages, int wordsEach)
    {
        var document = JsonSerializer.SerializeToUtf8Bytes(new
        {
            format = "chatapp.conversations",
            version = 1,
            conversations = new[]
            {
                new
                {
                    title = "long",
                    messages = Enumerable.Range(0, messages).Select(i => new
                    {
                        id = $"m{i}",
                        parent_id = i == 0 ? null : $"m{i - 1}",
                        role = i % 2 == 0 ? "user" : "assistant",
                        text = string.Join(' ', Enumerable.Repeat($"word{i}", wordsEach)),
                        created_at = DateTime.UtcNow.AddMinutes(i - messages),
                    }),
                },
            },
        });
        using var call = Graph.First.Transfers.Import(Me);
        await call.RequestStream.WriteAsync(new ImportChunk { Json = ByteString.CopyFrom(document) });
        await call.RequestStream.CompleteAsync();
        return (await call.ResponseAsync).ConversationIds.Single();
    }
}
