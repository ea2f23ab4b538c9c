using System.Text.Json;
using ChatApp.Orchestrator.Gateway;
using ChatApp.Orchestrator.Gateway.Wire;
using ChatApp.Orchestrator.Metering;
using ChatApp.Tests.Orchestrator.Upstreams;
using Microsoft.Extensions.AI;
using static ChatApp.Tests.Orchestrator.Upstreams.Reply;

namespace ChatApp.Tests.Orchestrator.Gateway;

/// <summary>The gateway under the abstractions of Microsoft.Extensions.AI.</summary>
public sealed class AbstractionTests
{
    private ModelServer _server = null!;
    private GatewayUnderTest _gateway = null!;
    private IChatClient _client = null!;

    [SetUp]
    public async Task Start()
    {
        _server = await ModelServer.StartAsync();
        _gateway = GatewayUnderTest.Over(GatewayUnderTest.Over(_server));
        _client = new GatewayChatClients(_gateway.Gateway, _gateway.Catalogue, _gateway.Ledger).For("ada", "judge");
    }

    [TearDown]
    public async Task Stop()
    {
        _client.Dispose();
        await _gateway.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Test]
    public async Task A_response_has_text_model_and_usage_and_is_metered_for_its_purpose()
    {
        var response = await _client.GetResponseAsync(
            [new ChatMessage(ChatRole.System, "Be brief."), new ChatMessage(ChatRole.User, "Hi")],
            new ChatOptions { Temperature = 0, MaxOutputTokens = 7, StopSequences = ["."] });

        response.Text.ShouldBe("Hello world!");
        response.ModelId.ShouldBe("m");
        response.Usage!.OutputTokenCount.ShouldNotBeNull().ShouldBeGreaterThan(0);
        var asked = _server.Requests.Single();
        asked.GetProperty("messages").EnumerateArray().Select(message => message.GetProperty("role").GetString()).ShouldBe(["system", "user"]);
        asked.GetProperty("temperature").GetDouble().ShouldBe(0);
        asked.GetProperty("max_tokens").GetInt32().ShouldBe(7);
        asked.GetProperty("stop")[0].GetString().ShouldBe(".");
        var (owner, generation) = _gateway.Ledger.All.Single();
        owner.ShouldBe("ada");
        generation.Purpose.ShouldBe("judge");
        generation.Outcome.ShouldBe(GenerationOutcome.Completed);
    }

    [Test]
    public async Task A_function_is_offered_and_its_call_and_result_go_to_and_fro()
    {
        _server.Always = Raw("text/event-stream",
            """
            data: {"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"x","function":{"name":"add","arguments":"{\"a\":1,"}}]}}]}

            data: {"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"\"b\":2}"}}]},"finish_reason":"tool_calls"}]}

            data: [DONE]


            """);
        var add = AIFunctionFactory.CreateDeclaration("add", "Adds.", JsonDocument.Parse("""{"type":"object"}""").RootElement);

        var response = await _client.GetResponseAsync([new ChatMessage(ChatRole.User, "1 + 2?")], new ChatOptions { Tools = [add] });

        var call = response.Messages.SelectMany(message => message.Contents).OfType<FunctionCallContent>().Single();
        call.Name.ShouldBe("add");
        JsonSerializer.Serialize(call.Arguments).ShouldBe("""{"a":1,"b":2}""");
        response.FinishReason.ShouldBe(ChatFinishReason.ToolCalls);
        _server.Requests.Single().GetProperty("tools")[0].GetProperty("function").GetProperty("name").GetString().ShouldBe("add");

        _server.Always = Answer("3");
        await _client.GetResponseAsync([new ChatMessage(ChatRole.User, "1 + 2?"), .. response.Messages, new ChatMessage(ChatRole.Tool, [new FunctionResultContent(call.CallId, 3)])]);
        var messages = _server.Requests.Last().GetProperty("messages");
        messages[1].GetProperty("tool_calls")[0].GetProperty("function").GetProperty("arguments").GetString().ShouldBe("""{"a":1,"b":2}""");
        messages[2].GetProperty("tool_call_id").GetString().ShouldBe(call.CallId);
        messages[2].GetProperty("content").GetString().ShouldBe("3");
    }

    [Test]
    public async Task What_breaks_off_is_thrown_and_metered_as_failed()
    {
        _server.Always = EndsAfter("One", " two");

        await Should.ThrowAsync<UpstreamException>(_client.GetResponseAsync([new ChatMessage(ChatRole.User, "Hi")]));

        _gateway.Ledger.Single.Outcome.ShouldBe(GenerationOutcome.Failed);
    }

    [Test]
    public async Task Texts_are_embedded_in_their_order()
    {
        _server.Always = Embed();
        using var embeddings = new GatewayEmbeddings(_gateway.Forwarding, "ada");

        var vectors = await embeddings.GenerateAsync(["a", "bbb"], new EmbeddingGenerationOptions { ModelId = "m" });

        vectors.Select(vector => vector.Vector.Span[0]).ShouldBe([1f, 3f]);
        _gateway.Ledger.All.Single().Owner.ShouldBe("ada");
    }
}
