using System.Text.Json;
using ChatApp.Orchestrator.V1;
using ChatApp.Tests.Orchestrator.Graph;
using Google.Protobuf;
using Grpc.Core;

namespace ChatApp.Tests.Orchestrator.Turns;

/// <summary>What a model thinks is kept for its reader, in its place, and goes to no model again.</summary>
public sealed class ReasoningTurnTests : GraphTest
{
    [Test]
    public async Task Thoughts_are_stored_in_their_places_and_given_to_no_model_again()
    {
        var content = $$"""think=2 rounds=1 before=1 tool=calculate arg={"expression":"40+#"} tokens=3 {{User}}""";
        var seen = await RunAsync(new RunTurnRequest { Content = content, Tools = { "calculate" } });

        var stored = (await GetAsync(seen.Started.ConversationId)).Messages[1];
        var parts = JsonDocument.Parse(stored.ContentJson).RootElement.GetProperty("parts").EnumerateArray().ToArray();
        parts.Select(part => part.GetProperty("type").GetString()).ShouldBe(["reasoning", "text", "tool_call", "reasoning", "text"]);
        parts[0].GetProperty("text").GetString().ShouldBe("t1.1 t1.2 ");
        parts[3].GetProperty("text").GetString().ShouldBe("t0.1 t0.2 ");
        stored.Text.ShouldNotContain("t0.1");
        stored.Text.ShouldBe(seen.Text);

        (await RunAsync($"and then? {User}", seen.Started.ConversationId, Graph.Second)).Ended!.Status.ShouldBe("Completed");
        var asked = Graph.Model.Requests.Where(request => request.GetRawText().Contains(User, StringComparison.Ordinal)).Select(request => request.GetRawText()).ToList();
        asked.Count.ShouldBeGreaterThanOrEqualTo(3);
        asked.ShouldAllBe(request => !request.Contains("t1.1", StringComparison.Ordinal) && !request.Contains("t0.1", StringComparison.Ordinal));
    }

    [Test]
    public async Task A_message_of_thoughts_and_text_alone_has_both()
    {
        var seen = await RunAsync($"think=3 tokens=2 {User}");

        var stored = (await GetAsync(seen.Started.ConversationId)).Messages[1];
        var parts = JsonDocument.Parse(stored.ContentJson).RootElement.GetProperty("parts").EnumerateArray().ToArray();
        parts.Select(part => (part.GetProperty("type").GetString(), part.GetProperty("text").GetString())).ShouldBe([("reasoning", "t0.1 t0.2 t0.3 "), ("text", seen.Text)]);
    }

    [Test]
    public async Task Thoughts_and_steps_survive_an_export_and_its_import()
    {
        var content = $$"""think=2 rounds=1 tool=calculate arg={"expression":"40+#"} tokens=3 {{User}}""";
        var seen = await RunAsync(new RunTurnRequest { Content = content, Tools = { "calculate" } });
        var original = (await GetAsync(seen.Started.ConversationId)).Messages[1];
        using var document = new MemoryStream();
        using (var call = Graph.First.Transfers.Export(new ExportRequest(), Me))
        {
            await foreach (var piece in call.ResponseStream.ReadAllAsync())
                piece.Json.WriteTo(document);
        }

        User += "-other";
        var copy = await ImportAsync(ByteString.CopyFrom(document.ToArray()));

        Compact(copy.ContentJson).ShouldBe(Compact(original.ContentJson));
        copy.Text.ShouldBe(original.Text);
    }

    [TestCase("""[{"type":"text","text":"another text"}]""")]
    [TestCase("""[{"type":"reasoning","text":"t"},{"type":"text","text":"not what it says"}]""")]
    [TestCase("""[{"type":"text","text":"Hi"},{"type":"tool_call","id":"c","name":"calculate","status":"invented"}]""")]
    [TestCase("""[null]""")]
    [TestCase("""[{"type":7}]""")]
    [TestCase("""[{"type":"reasoning","text":"\ud800"},{"type":"text","text":"Hi"}]""")]
    [TestCase(""" "parts" """)]
    public async Task Content_of_a_document_that_does_not_fit_its_text_is_left_out(string parts)
    {
        var imported = await ImportAsync(ByteString.CopyFromUtf8(
            """{"format": "chatapp.conversations", "version": 1, "conversations": [{"messages": [{"id": "q", "role": "user", "text": "Hello"}, {"id": "a", "parent_id": "q", "role": "assistant", "text": "Hi", "content": {"parts": """
            + parts + "}}]}]}"));

        imported.Text.ShouldBe("Hi");
        imported.ContentJson.ShouldBeEmpty();
    }

    private async Task<Message> ImportAsync(ByteString document)
    {
        using var call = Graph.First.Transfers.Import(Me);
        await call.RequestStream.WriteAsync(new ImportChunk { Json = document });
        await call.RequestStream.CompleteAsync();
        return (await GetAsync((await call).ConversationIds.Single())).Messages[1];
    }

    private static string Compact(string json) => JsonSerializer.Serialize(JsonDocument.Parse(json).RootElement);
}
