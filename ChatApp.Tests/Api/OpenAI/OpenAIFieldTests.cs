using System.Net;
using System.Text.Json.Nodes;

namespace ChatApp.Tests.Api.OpenAI;

/// <summary>Every documented field of the chat request is honoured (it reaches the gateway, or the edge acts on it) or refused by name.</summary>
public sealed class OpenAIFieldTests
{
    private ScriptedOrchestrator _orchestrator = null!;
    private EdgeHost _edge = null!;
    private EdgeClient _user = null!;

    [OneTimeSetUp]
    public async Task Start()
    {
        _orchestrator = await ScriptedOrchestrator.StartAsync();
        _edge = await EdgeHost.StartAsync(await EdgeStores.NewDatabaseAsync(), new Dictionary<string, string?>
        {
            ["services:orchestrator:grpc:0"] = _orchestrator.Address,
            ["Accounts:Anonymous"] = "Everyone",
            ["Accounts:AnonymousPlan"] = "unlimited",
        });
        _user = _edge.Client();
    }

    [OneTimeTearDown]
    public async Task Stop()
    {
        _user.Dispose();
        await _edge.DisposeAsync();
        await _orchestrator.DisposeAsync();
    }

    [TestCase("temperature", "0.5")]
    [TestCase("top_p", "0.9")]
    [TestCase("n", "2")]
    [TestCase("stop", "[\"a\",\"b\"]")]
    [TestCase("stop", "\"a\"")]
    [TestCase("stop", "\"\\ud83d\\ude00\"")]
    [TestCase("seed", "-7")]
    [TestCase("logprobs", "true")]
    [TestCase("logit_bias", "{\"5\":-100}")]
    [TestCase("frequency_penalty", "-2")]
    [TestCase("presence_penalty", "2")]
    [TestCase("max_tokens", "5")]
    [TestCase("max_completion_tokens", "5")]
    [TestCase("response_format", "{\"type\":\"json_object\"}")]
    [TestCase("response_format", "{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"x\",\"schema\":{\"type\":\"object\"}}}")]
    [TestCase("tools", "[{\"type\":\"function\",\"function\":{\"name\":\"f\",\"parameters\":{}}}]")]
    [TestCase("top_k", "5")]
    [TestCase("reasoning_effort", "\"high\"")]
    [TestCase("min_p", "0.1")]
    [TestCase("repetition_penalty", "1.1")]
    public async Task A_field_that_the_model_honours_reaches_the_gateway_as_it_is(string name, string value)
    {
        (await SendAsync(name, value)).ShouldBe(HttpStatusCode.OK);
        JsonNode.DeepEquals(JsonNode.Parse(_orchestrator.Bodies.Last())![name], JsonNode.Parse(value)).ShouldBeTrue();
    }

    [TestCase("{\"effort\":\"high\",\"summary\":\"auto\"}", "high")]
    [TestCase("{\"enabled\":false}", "none")]
    public async Task What_the_object_reasoning_asks_for_reaches_the_gateway_as_an_effort(string value, string effort)
    {
        (await SendAsync("reasoning", value)).ShouldBe(HttpStatusCode.OK);
        var body = JsonNode.Parse(_orchestrator.Bodies.Last())!;
        ((string)body["reasoning_effort"]!).ShouldBe(effort);
        body["reasoning"].ShouldBeNull();
    }

    [TestCase("/chat/completions", "/v1/chat/completions")]
    [TestCase("/v1/v1/models", "/v1/models")]
    [TestCase("/v1/responses", "not served yet")]
    [TestCase("/v1/files", "not served yet")]
    [TestCase("/v1/moderations", "not served yet")]
    [TestCase("/v1/audio/speech", "not served yet")]
    [TestCase("/v1/images/generations", "not served yet")]
    [TestCase("/v1/nothing", "/v1/nothing")]
    public async Task A_path_of_the_protocol_without_a_route_is_answered_in_its_form(string path, string says) =>
        ((string)(await _user.PostAsync(path, "{}")).ShouldBe(HttpStatusCode.NotFound, "unknown_url").Json["error"]!["message"]!).ShouldContain(says);

    [Test]
    public async Task A_compressed_body_is_told_so()
    {
        using var content = new ByteArrayContent([0x1f, 0x8b, 0x08]);
        content.Headers.ContentType = new("application/json");
        content.Headers.ContentEncoding.Add("gzip");

        using var client = new HttpClient { BaseAddress = _edge.Address };
        using var answer = await client.PostAsync("/v1/chat/completions", content);

        answer.StatusCode.ShouldBe(HttpStatusCode.UnsupportedMediaType);
        ((string)JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["error"]!["message"]!).ShouldContain("Content-Encoding");
    }

    [TestCase("user", "\"u-1\"")]
    [TestCase("metadata", "{\"a\":\"b\"}")]
    [TestCase("request_id", "\"r-1\"")]
    [TestCase("store", "false")]
    [TestCase("modalities", "[\"text\"]")]
    [TestCase("service_tier", "\"auto\"")]
    [TestCase("safety_identifier", "\"s\"")]
    [TestCase("prompt_cache_key", "\"k\"")]
    public async Task A_field_that_is_the_edge_s_own_is_accepted_and_goes_no_further(string name, string value)
    {
        (await SendAsync(name, value)).ShouldBe(HttpStatusCode.OK);
        JsonNode.Parse(_orchestrator.Bodies.Last())![name].ShouldBeNull();
    }

    [TestCase("audio", "{}", "unsupported_parameter")]
    [TestCase("modalities", "[\"audio\"]", "unsupported_value")]
    [TestCase("prediction", "{}", "unsupported_parameter")]
    [TestCase("web_search_options", "{}", "unsupported_parameter")]
    [TestCase("functions", "[]", "unsupported_parameter")]
    [TestCase("function_call", "\"auto\"", "unsupported_parameter")]
    [TestCase("store", "true", "unsupported_parameter")]
    [TestCase("reasoning_effort", "\"deep\"", "invalid_value")]
    [TestCase("reasoning", "{\"effort\":\"deep\"}", "invalid_value")]
    [TestCase("reasoning", "{\"max_tokens\":5}", "unsupported_parameter")]
    [TestCase("reasoning", "{\"depth\":5}", "unknown_parameter")]
    [TestCase("n", "100000", "invalid_value")]
    [TestCase("n", "0", "invalid_value")]
    [TestCase("n", "1.5", "invalid_value")]
    [TestCase("max_tokens", "0", "invalid_value")]
    [TestCase("max_tokens", "99999999999999999999", "invalid_value")]
    [TestCase("temperature", "3", "invalid_value")]
    [TestCase("temperature", "\"hot\"", "invalid_value")]
    [TestCase("stop", "[\"1\",\"2\",\"3\",\"4\",\"5\",\"6\",\"7\",\"8\",\"9\",\"10\",\"11\",\"12\",\"13\",\"14\",\"15\",\"16\",\"17\"]", "invalid_value")]
    [TestCase("stop", "[\"\"]", "invalid_value")]
    [TestCase("logit_bias", "{\"a\":1}", "invalid_value")]
    [TestCase("logit_bias", "{\"1\":1000}", "invalid_value")]
    [TestCase("top_logprobs", "21", "invalid_value")]
    [TestCase("top_logprobs", "2", "invalid_value")]
    [TestCase("tool_choice", "\"required\"", "invalid_value")]
    [TestCase("parallel_tool_calls", "true", "invalid_value")]
    [TestCase("tools", "[{\"type\":\"retrieval\"}]", "invalid_value")]
    [TestCase("tools", "[{\"type\":\"function\",\"function\":{\"name\":\"a b\"}}]", "invalid_value")]
    [TestCase("response_format", "{\"type\":\"xml\"}", "invalid_value")]
    [TestCase("stream_options", "{\"include_usage\":true}", "invalid_value")]
    [TestCase("metadata", "{\"a\":1}", "invalid_value")]
    [TestCase("bypass_filter", "true", "unknown_parameter")]
    [TestCase("user_id", "\"x\"", "unknown_parameter")]
    [TestCase("cache_salt", "\"x\"", "unknown_parameter")]
    [TestCase("chat_template", "\"x\"", "unknown_parameter")]
    [TestCase("stop", "[\"\\ud800\"]", "invalid_value")]
    [TestCase("tool_choice", "{\"type\":\"function\",\"function\":{\"name\":\"\\udfff\"}}", "invalid_value")]
    [TestCase("metadata", "{\"\\ud800\":\"a\"}", "invalid_value")]
    public async Task A_field_that_is_not_served_or_wrong_is_refused_by_its_name(string name, string value, string code)
    {
        var refused = (await SendAsync(name, value)).ShouldBe(HttpStatusCode.BadRequest, code);
        ((string)refused.Json["error"]!["param"]!).ShouldStartWith(name);
        refused.Json["error"]!["message"]!.GetValue<string>().ShouldContain(name);
    }

    [TestCase("[{\"role\":\"user\",\"content\":[{\"type\":\"image_url\",\"image_url\":{\"url\":\"http://169.254.169.254/latest\"}}]}]", "messages[0].content[0].image_url.url")]
    [TestCase("[{\"role\":\"user\",\"content\":[{\"type\":\"input_audio\",\"input_audio\":{}}]}]", "messages[0].content[0].type")]
    [TestCase("[{\"role\":\"tool\",\"content\":\"x\"}]", "messages[0].tool_call_id")]
    [TestCase("[{\"role\":\"user\",\"content\":\"x\",\"tool_calls\":[]}]", "messages[0].tool_calls")]
    [TestCase("[{\"role\":\"assistant\",\"tool_calls\":[{\"id\":\"1\"}]}]", "messages[0].tool_calls[0]")]
    [TestCase("[{\"role\":\"user\",\"content\":[]}]", "messages[0].content")]
    public async Task A_message_that_is_wrong_is_refused_where_it_is(string messages, string param) =>
        ((string)(await _user.PostAsync("/v1/chat/completions", $$"""{"messages":{{messages}}}""")).ShouldBe(HttpStatusCode.BadRequest).Json["error"]!["param"]!).ShouldBe(param);

    [TestCase("n", "2")]
    [TestCase("tools", "[{\"type\":\"function\",\"function\":{\"name\":\"f\"}}]")]
    [TestCase("response_format", "{\"type\":\"json_object\"}")]
    public async Task A_kept_conversation_s_turn_refuses_what_it_decides_by_itself(string name, string value) =>
        (await _user.PostAsync("/v1/chat/completions", $$"""{"conversation_id":"conv_1","messages":[{"role":"user","content":"hi"}],"{{name}}":{{value}}}"""))
            .ShouldBe(HttpStatusCode.BadRequest, "unsupported_parameter");

    private Task<EdgeAnswer> SendAsync(string name, string value) =>
        _user.PostAsync("/v1/chat/completions", $$"""{"messages":[{"role":"user","content":"hi"}],"{{name}}":{{value}}}""");
}
