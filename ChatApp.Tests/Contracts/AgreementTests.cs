using System.Text.Json;
using ChatApp.Contracts.OpenAI;
using ChatApp.Inference.Endpoints.Requests;
using ChatApp.Inference.Engine.Requests;

namespace ChatApp.Tests.Contracts;

/// <summary>
/// What the edge accepts the engine accepts: every served field of the protocol, at its ends. What depends on a model (pictures,
/// a schema's keywords, a context's length) is that model's to say.
/// </summary>
public sealed class AgreementTests
{
    private const int Vocabulary = 1000;

    // The edge's own fields, which the engine never sees.
    private static readonly string[] s_edge = ["conversation_id", "parent_id", "request_id"];

    private static readonly Dictionary<string, string[]> s_values = new()
    {
        ["model"] = ["\"m\"", Quoted(RequestLimits.LongestName)],
        ["stream"] = ["true", "false", "null"],
        ["stream_options"] = ["{\"include_usage\":true}", "{\"include_usage\":false,\"include_obfuscation\":true}", "{}"],
        ["temperature"] = ["0", "2", "0.7"],
        ["top_p"] = ["0", "1"],
        ["frequency_penalty"] = ["-2", "2"],
        ["presence_penalty"] = ["-2", "2"],
        ["max_tokens"] = ["1", "2147483647"],
        ["max_completion_tokens"] = ["1", "2147483647"],
        ["seed"] = ["-9223372036854775808", "9223372036854775807", "0"],
        ["stop"] = ["\"\"", Quoted(RequestLimits.LongestStop), "[]", List(RequestLimits.Stops, _ => Quoted(RequestLimits.LongestStop))],
        ["logit_bias"] = ["{}", "{" + string.Join(',', Enumerable.Range(0, RequestLimits.LogitBiases).Select(token => $"\"{token}\":{(token % 2 == 0 ? -100 : 100)}")) + "}"],
        ["user"] = ["\"u\""],
        ["top_k"] = ["-1", "0", "100000"],
        ["min_p"] = ["0", "1"],
        ["repetition_penalty"] = ["0.01", "2"],
        ["n"] = ["1", RequestLimits.Choices.ToString(System.Globalization.CultureInfo.InvariantCulture)],
        ["logprobs"] = ["true", "false"],
        ["top_logprobs"] = ["0", "20"],
        ["tools"] = [Tools(1), Tools(RequestLimits.Tools)],
        ["tool_choice"] = ["\"none\"", "\"auto\"", "\"required\"", "{\"type\":\"function\",\"function\":{\"name\":\"f0\"}}"],
        ["parallel_tool_calls"] = ["true", "false"],
        ["response_format"] = ["{\"type\":\"text\"}", "{\"type\":\"json_object\"}", "{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"x\",\"strict\":true,\"schema\":{\"type\":\"object\"}}}"],
        ["metadata"] = ["{\"a\":\"b\"}"],
        ["modalities"] = ["[\"text\"]"],
        ["service_tier"] = ["\"auto\"", "\"default\""],
        ["store"] = ["false"],
        ["prompt_cache_key"] = ["\"k\""],
        ["safety_identifier"] = ["\"s\""],
        ["reasoning_effort"] = ["\"none\"", "\"minimal\"", "\"xhigh\""],
        ["reasoning"] = ["{\"effort\":\"high\",\"summary\":\"auto\"}", "{\"enabled\":false}", "{}"],
        ["encoding_format"] = ["\"float\"", "\"base64\""],
        ["dimensions"] = ["1", "65536"],
        ["input"] = ["\"a\"", "\"\"", "[\"a\",\"b\"]", "[1,2147483647]", "[[0,2],[3]]", List(RequestLimits.EmbeddingInputs, _ => "[1]"), List(RequestLimits.EmbeddingInputs + 1, _ => "1")],
        ["verbosity"] = ["\"medium\""],
        ["echo"] = ["true", "false"],
        ["best_of"] = ["1"],
        ["messages"] =
        [
            "[{\"role\":\"system\",\"content\":\"a\"},{\"role\":\"developer\",\"content\":\"b\"},{\"role\":\"user\",\"name\":\"n\",\"content\":\"c\"}]",
            "[{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"a\"}]}]",
            "[{\"role\":\"user\",\"content\":" + List(RequestLimits.ContentParts, _ => "{\"type\":\"text\",\"text\":\"a\"}") + "}]",
            "[{\"role\":\"user\",\"content\":\"a\"},{\"role\":\"assistant\",\"refusal\":\"No.\"},{\"role\":\"user\",\"content\":\"b\"}]",
            "[{\"role\":\"user\",\"content\":\"a\"},{\"role\":\"assistant\",\"content\":[{\"type\":\"refusal\",\"refusal\":\"No.\"}]}]",
            "[{\"role\":\"user\",\"content\":\"a\"},{\"role\":\"assistant\",\"content\":null,\"tool_calls\":" + List(RequestLimits.ToolCalls, call => $$$"""{"id":"c{{{call}}}","type":"function","function":{"name":"f","arguments":"{}"}}""") + "},{\"role\":\"tool\",\"tool_call_id\":\"c0\",\"content\":\"1\"}]",
            List(RequestLimits.Messages, _ => "{\"role\":\"user\",\"content\":\"a\"}"),
        ],
        ["prompt"] = ["\"a\"", "[\"a\",\"b\"]", "[1,2,3]", "[[1,2],[3]]", List(RequestLimits.Prompts, _ => "\"a\"")],
    };

    // What a field goes with.
    private static readonly Dictionary<string, string> s_with = new()
    {
        ["top_logprobs"] = "\"logprobs\":true",
        ["stream_options"] = "\"stream\":true",
        ["tool_choice"] = $"\"tools\":{Tools(2)}",
        ["parallel_tool_calls"] = $"\"tools\":{Tools(2)}",
    };

    private static IEnumerable<TestCaseData> Cases(RequestSchema schema, Func<string, string[]> values) =>
        from name in schema.Served.Except(s_edge)
        from value in values(name)
        select new TestCaseData(name, value) { TestName = $"{{m}}({name}: {(value.Length > 60 ? value[..60] + "..." : value)})" };

    private static IEnumerable<TestCaseData> ChatCases => Cases(RequestSchema.Chat, name => s_values[name]);

    // A plain completion's logprobs are a number.
    private static IEnumerable<TestCaseData> CompletionCases => Cases(RequestSchema.Completion, name => name == "logprobs" ? ["0", "5"] : s_values[name]);

    [TestCaseSource(nameof(ChatCases))]
    public void Chat(string name, string value)
    {
        var request = ChatRequest.Read(Forwarded(RequestSchema.Chat, name, value, "\"messages\":[{\"role\":\"user\",\"content\":\"a\"}]"));

        request.Sampling.Validate(Vocabulary).ShouldBeNull();
        request.Choices.ShouldBeLessThanOrEqualTo(new EngineOptions { Id = "m", ModelPath = "" }.MaxChoices);
        CheckStops(request.Stop);
    }

    [TestCaseSource(nameof(CompletionCases))]
    public void Completion(string name, string value)
    {
        var request = CompletionRequest.Read(Forwarded(RequestSchema.Completion, name, value, "\"prompt\":\"a\""), "id");

        request.Generation.Sampling.Validate(Vocabulary).ShouldBeNull();
        request.Generation.Choices.ShouldBeLessThanOrEqualTo(new EngineOptions { Id = "m", ModelPath = "" }.MaxChoices);
        CheckStops(request.Generation.StopStrings);
    }

    private static IEnumerable<TestCaseData> EmbeddingCases => Cases(RequestSchema.Embedding, name => s_values[name]);

    [TestCaseSource(nameof(EmbeddingCases))]
    public void Embedding(string name, string value) =>
        EmbeddingRequest.Read(Forwarded(RequestSchema.Embedding, name, value, "\"input\":\"a\"")).Inputs.ShouldNotBeEmpty();

    [TestCase("[1.5]")]
    [TestCase("[-1]")]
    [TestCase("[[]]")]
    [TestCase("[1,\"a\"]")]
    [TestCase("[[1],2]")]
    [TestCase("[99999999999]")]
    public void What_is_no_list_of_tokens_is_refused_by_both(string input)
    {
        using var body = JsonDocument.Parse($"{{\"model\":\"m\",\"input\":{input}}}");

        RequestSchema.Embedding.Check(body.RootElement).ShouldNotBeNull().Param.ShouldBe("input");
        Should.Throw<OpenAIException>(() => EmbeddingRequest.Read(body.RootElement)).Error.Param.ShouldNotBeNull().ShouldStartWith("input");
    }

    private static void CheckStops(IReadOnlyList<string> stops)
    {
        stops.Count.ShouldBeLessThanOrEqualTo(GenerationRequest.MaxStopStrings);
        stops.ShouldAllBe(stop => stop.Length > 0 && stop.Length <= GenerationRequest.MaxStopStringLength);
    }

    private static JsonElement Forwarded(RequestSchema schema, string name, string value, string needed)
    {
        string[] fields = [.. new[] { "\"model\":\"m\"", needed, s_with.GetValueOrDefault(name) ?? "" }.Where(field => field.Length > 0 && !field.StartsWith($"\"{name}\":", StringComparison.Ordinal)), $"\"{name}\":{value}"];
        using var body = JsonDocument.Parse($"{{{string.Join(',', fields)}}}");
        schema.Check(body.RootElement).ShouldBeNull();
        return JsonDocument.Parse(schema.Forward(body.RootElement)).RootElement;
    }

    private static string Quoted(int length) => $"\"{new string('a', length)}\"";

    private static string List(int count, Func<int, string> item) => $"[{string.Join(',', Enumerable.Range(0, count).Select(item))}]";

    private static string Tools(int count) => List(count, index =>
        "{\"type\":\"function\",\"function\":{\"name\":\"f" + index.ToString(System.Globalization.CultureInfo.InvariantCulture) + "\",\"strict\":true,\"parameters\":{\"type\":\"object\"}}}");
}
