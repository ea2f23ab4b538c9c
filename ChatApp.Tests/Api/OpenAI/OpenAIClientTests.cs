using System.ClientModel;
using System.ClientModel.Primitives;
using ChatApp.Tests.Graph;
using OpenAI;
using OpenAI.Chat;

namespace ChatApp.Tests.Api.OpenAI;

/// <summary>The official OpenAI .NET client against the whole product: edge, orchestrator, engine and a bundled model.</summary>
public sealed class OpenAIClientTests
{
    private const string Model = "chatapp-nano";

    private Uri _address = null!;
    private OpenAIClient _client = null!;
    private ChatClient _chat = null!;

    [OneTimeSetUp]
    public async Task Connect()
    {
        using var api = await ProductGraph.ApiAsync();
        _address = new Uri(api.BaseAddress!, "/v1");
        _client = Client("not-needed");
        _chat = _client.GetChatClient(Model);
    }

    [Test]
    public async Task Chat_answers_whole_with_usage_and_a_reason()
    {
        var answer = (await _chat.CompleteChatAsync([new UserChatMessage("Hello")], new ChatCompletionOptions { MaxOutputTokenCount = 8, Temperature = 0 })).Value;

        answer.Id.ShouldStartWith("chatcmpl-");
        answer.Model.ShouldNotBeNullOrEmpty();
        answer.Content.ShouldNotBeEmpty();
        answer.Usage.OutputTokenCount.ShouldBeInRange(1, 8);
        answer.Usage.InputTokenCount.ShouldBeGreaterThan(0);
        answer.FinishReason.ShouldBeOneOf(ChatFinishReason.Stop, ChatFinishReason.Length);
    }

    [Test]
    public async Task Chat_streams_the_same_answer_in_pieces()
    {
        var options = new ChatCompletionOptions { MaxOutputTokenCount = 16, Temperature = 0 };
        var whole = (await _chat.CompleteChatAsync([new UserChatMessage("Hello")], options)).Value;

        var text = "";
        var pieces = 0;
        ChatFinishReason? finish = null;
        ChatTokenUsage? usage = null;
        await foreach (var update in _chat.CompleteChatStreamingAsync([new UserChatMessage("Hello")], options))
        {
            text += string.Concat(update.ContentUpdate.Select(part => part.Text));
            pieces += update.ContentUpdate.Count;
            finish = update.FinishReason ?? finish;
            usage = update.Usage ?? usage;
        }

        text.ShouldBe(string.Concat(whole.Content.Select(part => part.Text)));
        pieces.ShouldBeGreaterThan(1);
        finish.ShouldBe(whole.FinishReason);
        // The client asks for usage by itself; it comes in the last chunk.
        usage!.OutputTokenCount.ShouldBe(whole.Usage.OutputTokenCount);
    }

    [Test]
    public async Task Every_sampling_field_that_the_client_sends_is_accepted()
    {
        var options = new ChatCompletionOptions
        {
            MaxOutputTokenCount = 4,
            Temperature = 0.8f,
            TopP = 0.9f,
            FrequencyPenalty = 0.1f,
            PresencePenalty = 0.1f,
            EndUserId = "user-1",
            IncludeLogProbabilities = true,
            TopLogProbabilityCount = 2,
            StopSequences = { "\n\n\n" },
            Metadata = { ["purpose"] = "test" },
            LogitBiases = { [5] = -100 },
        };
#pragma warning disable OPENAI001
        options.Seed = 7;
#pragma warning restore OPENAI001
        var answer = (await _chat.CompleteChatAsync([new SystemChatMessage("Be short."), new UserChatMessage(ChatMessageContentPart.CreateTextPart("Hello"))], options)).Value;

        answer.ContentTokenLogProbabilities.Count.ShouldBe(answer.Usage.OutputTokenCount);
        answer.ContentTokenLogProbabilities[0].TopLogProbabilities.Count.ShouldBe(2);
    }

    [Test]
    public async Task The_same_seed_gives_the_same_answer()
    {
#pragma warning disable OPENAI001
        var options = new ChatCompletionOptions { MaxOutputTokenCount = 12, Temperature = 1.2f, Seed = 11 };
#pragma warning restore OPENAI001
        var first = (await _chat.CompleteChatAsync([new UserChatMessage("Hello")], options)).Value;
        var second = (await _chat.CompleteChatAsync([new UserChatMessage("Hello")], options)).Value;
        second.Content[0].Text.ShouldBe(first.Content[0].Text);
    }

    [Test]
    public async Task Models_are_listed_and_one_is_described()
    {
        var models = _client.GetOpenAIModelClient();
        (await models.GetModelsAsync()).Value.Select(model => model.Id).ShouldContain(Model);
        (await models.GetModelAsync(Model)).Value.Id.ShouldBe(Model);
        (await Should.ThrowAsync<ClientResultException>(async () => await models.GetModelAsync("no-such-model"))).Status.ShouldBe(404);
    }

    [Test]
    public async Task An_unknown_model_and_a_wrong_field_are_raised_with_OpenAI_s_words()
    {
        var unknown = await Should.ThrowAsync<ClientResultException>(async () => await _client.GetChatClient("gpt-99").CompleteChatAsync([new UserChatMessage("Hello")]));
        unknown.Status.ShouldBe(404);
        unknown.Message.ShouldContain("model_not_found");

        var wrong = await Should.ThrowAsync<ClientResultException>(async () =>
            await _chat.CompleteChatAsync([new UserChatMessage("Hello")], new ChatCompletionOptions { Temperature = 5 }));
        wrong.Status.ShouldBe(400);
        wrong.Message.ShouldContain("temperature");
    }

    [Test]
    public async Task A_wrong_key_is_raised_as_401()
    {
        var wrong = await Should.ThrowAsync<ClientResultException>(async () =>
            await Client("sk-wrong").GetChatClient(Model).CompleteChatAsync([new UserChatMessage("Hello")]));
        wrong.Status.ShouldBe(401);
    }

    [Test]
    public async Task A_key_of_a_new_account_serves_the_client()
    {
        var up = await EdgeClient.SignUpAsync(new Uri(_address, "/"));
        using var user = new EdgeClient(new Uri(_address, "/"), up["access_token"]);
        var key = (await user.PostAsync("/api/keys", new { name = "client" }))["secret"];

        var response = await Client(key).GetChatClient(Model).CompleteChatAsync([new UserChatMessage("Hello")], new ChatCompletionOptions { MaxOutputTokenCount = 4 });

        response.GetRawResponse().Headers.TryGetValue("x-ratelimit-remaining-requests", out var remaining).ShouldBeTrue();
        remaining.ShouldBe("19");
        ((long)(await user.GetAsync("/api/usage")).Json["total"]!["output_tokens"]!).ShouldBe(response.Value.Usage.OutputTokenCount);
    }

    [Test]
    public async Task A_tool_is_called_whole_and_in_fragments()
    {
        var options = new ChatCompletionOptions { MaxOutputTokenCount = 120, Temperature = 0, ToolChoice = ChatToolChoice.CreateRequiredChoice() };
        options.Tools.Add(ChatTool.CreateFunctionTool("get_weather", "The weather of a city.", BinaryData.FromString(
            """{"type":"object","properties":{"city":{"type":"string","enum":["Paris","Lima"]},"days":{"type":"integer","enum":[1,2]}},"required":["city","days"],"additionalProperties":false}""")));
        ChatMessage[] question = [new UserChatMessage("Weather in Paris for 2 days?")];

        var whole = (await _chat.CompleteChatAsync(question, options)).Value;
        whole.FinishReason.ShouldBe(ChatFinishReason.ToolCalls);
        whole.ToolCalls.Single().FunctionName.ShouldBe("get_weather");
        var given = System.Text.Json.Nodes.JsonNode.Parse(whole.ToolCalls.Single().FunctionArguments.ToString())!;
        ((string)given["city"]!).ShouldBeOneOf("Paris", "Lima");

        var (name, arguments, fragments) = ("", "", 0);
        await foreach (var update in _chat.CompleteChatStreamingAsync(question, options))
        {
            foreach (var call in update.ToolCallUpdates)
            {
                call.Index.ShouldBe(0);
                name += call.FunctionName;
                if (call.FunctionArgumentsUpdate?.ToString() is { Length: > 0 } piece)
                {
                    arguments += piece;
                    fragments++;
                }
            }
        }

        name.ShouldBe("get_weather");
        arguments.ShouldBe(whole.ToolCalls.Single().FunctionArguments.ToString());
        fragments.ShouldBeGreaterThan(1);

        // The result goes back in the client's own messages.
        var next = (await _chat.CompleteChatAsync([.. question, new AssistantChatMessage(whole), new ToolChatMessage(whole.ToolCalls.Single().Id, "sunny")],
            new ChatCompletionOptions { MaxOutputTokenCount = 16, Temperature = 0 })).Value;
        next.Content.ShouldNotBeEmpty();
    }

    [Test]
    public async Task An_answer_follows_a_JSON_schema()
    {
        var options = new ChatCompletionOptions
        {
            MaxOutputTokenCount = 120,
            Temperature = 0,
            ResponseFormat = ChatResponseFormat.CreateJsonSchemaFormat("person", BinaryData.FromString(
                """{"type":"object","properties":{"name":{"type":"string","maxLength":12},"age":{"type":"integer","minimum":0,"maximum":99}},"required":["name","age"],"additionalProperties":false}"""), jsonSchemaIsStrict: true),
        };
        var answer = (await _chat.CompleteChatAsync([new UserChatMessage("Ada is 36.")], options)).Value;
        System.Text.Json.Nodes.JsonNode.Parse(answer.Content[0].Text)!.AsObject().Select(property => property.Key).Order().ShouldBe(["age", "name"]);
    }

    [Test]
    public async Task Texts_are_embedded()
    {
        var client = _client.GetEmbeddingClient("snowflake-arctic-embed-xs");
        var vectors = (await client.GenerateEmbeddingsAsync(["the red apple", "quantum physics"])).Value;
        vectors.Select(vector => vector.ToFloats().Length).ShouldBe([384, 384]);
        vectors.Usage.InputTokenCount.ShouldBeGreaterThan(0);
    }

    [Test]
    public async Task A_limit_is_raised_as_429_and_waited_for_by_the_client_s_own_retries()
    {
        var up = await EdgeClient.SignUpAsync(new Uri(_address, "/"));
        var token = up["access_token"];
        var client = Client(token).GetEmbeddingClient("snowflake-arctic-embed-xs");
        ClientResultException? refused = null;
        for (var i = 0; i < 60 && refused is null; i++)
        {
            try
            {
                await client.GenerateEmbeddingAsync("x");
            }
            catch (ClientResultException exception)
            {
                refused = exception;
            }
        }

        refused.ShouldNotBeNull().Status.ShouldBe(429);
        refused.GetRawResponse()!.Headers.TryGetValue("retry-after", out _).ShouldBeTrue();
        var patient = new OpenAIClient(new ApiKeyCredential(token), new OpenAIClientOptions { Endpoint = _address, RetryPolicy = new ClientRetryPolicy(4) });
        (await patient.GetEmbeddingClient("snowflake-arctic-embed-xs").GenerateEmbeddingAsync("x")).Value.ToFloats().Length.ShouldBe(384);
    }

    [Test]
    public async Task Cancelling_a_stream_ends_it_and_the_next_call_works()
    {
        using var stop = new CancellationTokenSource();
        await Should.ThrowAsync<OperationCanceledException>(async () =>
        {
            await foreach (var _ in _chat.CompleteChatStreamingAsync([new UserChatMessage("Tell me a long story.")], cancellationToken: stop.Token))
                await stop.CancelAsync();
        });
        (await _chat.CompleteChatAsync([new UserChatMessage("Hello")], new ChatCompletionOptions { MaxOutputTokenCount = 2 })).Value.Content.ShouldNotBeEmpty();
    }

    [Test]
    public async Task A_conversation_s_turn_is_a_completion_to_the_client()
    {
        using var local = new EdgeClient(new Uri(_address, "/"), null);
        var conversation = (await local.PostAsync("/api/conversations", new { title = "client" }))["id"];
        var body = BinaryContent.Create(BinaryData.FromObjectAsJson(new
        {
            model = Model,
            max_tokens = 8,
            conversation_id = conversation,
            messages = new[] { new { role = "user", content = "Hello" } },
        }));

#pragma warning disable OPENAI001
        var answer = (ChatCompletion)await _chat.CompleteChatAsync(body);
#pragma warning restore OPENAI001

        answer.FinishReason.ShouldBeOneOf(ChatFinishReason.Stop, ChatFinishReason.Length);
        (await local.GetAsync($"/api/conversations/{conversation}")).Json["messages"]!.AsArray().Count.ShouldBe(2);
        (await local.DeleteAsync($"/api/conversations/{conversation}")).ShouldBe(System.Net.HttpStatusCode.NoContent);
    }

    private OpenAIClient Client(string key) => new(new ApiKeyCredential(key), new OpenAIClientOptions { Endpoint = _address, RetryPolicy = new ClientRetryPolicy(0) });
}
