using System.Net;
using System.Text.Json;
using ChatApp.Inference.Engine.Requests;

namespace ChatApp.Tests.Inference.Endpoints;

[TestFixture]
internal sealed class OpenAIProtocolTests
{
    private const string Hello = "\"messages\":[{\"role\":\"user\",\"content\":\"Hello there\"}]";

    private InferenceHost _host = null!;

    [OneTimeSetUp]
    public async Task Start() => _host = await InferenceHost.StartAsync(InferenceHost.Encoder);

    [OneTimeTearDown]
    public async Task Stop() => await _host.DisposeAsync();

    [Test]
    public async Task A_stream_and_an_answer_at_once_say_the_same()
    {
        const string body = "{\"model\":\"nano\"," + Hello + ",\"max_tokens\":24,\"temperature\":0,\"ignore_eos\":true";
        var (status, whole) = await _host.AskAsync("/v1/chat/completions", body + "}");
        status.ShouldBe(200);
        var choice = whole.GetProperty("choices")[0];
        var text = choice.GetProperty("message").GetProperty("content").GetString();
        choice.GetProperty("finish_reason").GetString().ShouldBe("length");
        var usage = whole.GetProperty("usage");
        usage.GetProperty("completion_tokens").GetInt32().ShouldBe(24);
        usage.GetProperty("total_tokens").GetInt32().ShouldBe(24 + usage.GetProperty("prompt_tokens").GetInt32());

        var events = await _host.StreamAsync("/v1/chat/completions", body + ",\"stream\":true,\"stream_options\":{\"include_usage\":true}}");
        events[0].GetProperty("choices")[0].GetProperty("delta").GetProperty("role").GetString().ShouldBe("assistant");
        Content(events).ShouldBe(text);
        events[^2].GetProperty("choices")[0].GetProperty("finish_reason").GetString().ShouldBe("length");
        events[^1].GetProperty("choices").GetArrayLength().ShouldBe(0);
        events[^1].GetProperty("usage").GetProperty("completion_tokens").GetInt32().ShouldBe(24);
        events.Select(e => e.GetProperty("id").GetString()).Distinct().Count().ShouldBe(1);
    }

    [Test]
    public async Task An_answer_says_where_its_time_went_at_its_end_and_nowhere_else()
    {
        const string body = "{\"model\":\"nano\"," + Hello + ",\"max_tokens\":12,\"ignore_eos\":true";
        var (_, whole) = await _host.AskAsync("/v1/chat/completions", body + "}");
        var events = await _host.StreamAsync("/v1/chat/completions", body + ",\"stream\":true,\"stream_options\":{\"include_usage\":true,\"continuous_usage_stats\":true}}");

        foreach (var usage in (JsonElement[])[whole.GetProperty("usage"), events[^1].GetProperty("usage")])
        {
            usage.GetProperty("queue_time").GetDouble().ShouldBeGreaterThanOrEqualTo(0);
            usage.GetProperty("prompt_time").GetDouble().ShouldBeInRange(0.000001, 60, "seconds");
            usage.GetProperty("completion_time").GetDouble().ShouldBeInRange(0.000001, 60, "seconds");
        }

        events[..^1].Exists(e => e.GetProperty("usage").TryGetProperty("prompt_time", out _)).ShouldBeFalse();
    }

    [Test]
    public async Task Several_choices_come_with_their_own_index()
    {
        var (_, whole) = await _host.AskAsync("/v1/chat/completions", "{\"model\":\"nano\"," + Hello + ",\"max_tokens\":6,\"n\":3,\"seed\":7}");
        whole.GetProperty("choices").EnumerateArray().Select(c => c.GetProperty("index").GetInt32()).ShouldBe([0, 1, 2]);
        var events = await _host.StreamAsync("/v1/chat/completions", "{\"model\":\"nano\"," + Hello + ",\"max_tokens\":6,\"n\":3,\"seed\":7,\"stream\":true}");
        for (var i = 0; i < 3; i++)
        {
            string.Concat(events.Where(e => e.GetProperty("choices")[0].GetProperty("index").GetInt32() == i).Select(Delta))
                .ShouldBe(whole.GetProperty("choices")[i].GetProperty("message").GetProperty("content").GetString());
        }
    }

    [Test]
    public async Task The_same_seed_gives_the_same_text_and_logprobs_cover_every_token()
    {
        const string body = "{\"model\":\"nano\"," + Hello + ",\"max_tokens\":12,\"seed\":42,\"logprobs\":true,\"top_logprobs\":2,\"ignore_eos\":true}";
        var (_, first) = await _host.AskAsync("/v1/chat/completions", body);
        var (_, second) = await _host.AskAsync("/v1/chat/completions", body);
        Text(first).ShouldBe(Text(second));
        var tokens = first.GetProperty("choices")[0].GetProperty("logprobs").GetProperty("content");
        tokens.GetArrayLength().ShouldBe(12);
        tokens.EnumerateArray().ShouldAllBe(t => t.GetProperty("logprob").GetDouble() <= 0 && t.GetProperty("top_logprobs").GetArrayLength() == 2);
        var streamed = await _host.StreamAsync("/v1/chat/completions", body[..^1] + ",\"stream\":true}");
        streamed.Sum(e => e.GetProperty("choices")[0].GetProperty("logprobs") is { ValueKind: JsonValueKind.Object } l ? l.GetProperty("content").GetArrayLength() : 0).ShouldBe(12);
    }

    [TestCase("/v1/chat/completions", Hello)]
    [TestCase("/v1/completions", "\"prompt\":\"one two\"")]
    public async Task Every_chunk_has_the_usage_up_to_it_when_that_is_asked_for(string path, string prompt)
    {
        var body = "{\"model\":\"nano\"," + prompt + ",\"max_tokens\":12,\"ignore_eos\":true,\"stream\":true,\"stream_options\":{\"include_usage\":true,\"continuous_usage_stats\":true}}";
        var events = await _host.StreamAsync(path, body);
        var usage = events.ConvertAll(e => e.GetProperty("usage").GetProperty("completion_tokens").GetInt32());
        usage.ShouldBe(usage.Order());
        usage[0].ShouldBeLessThan(12);
        usage[^2].ShouldBe(12);
        usage[^1].ShouldBe(12);
        events.Select(e => e.GetProperty("usage").GetProperty("prompt_tokens").GetInt32()).Distinct().ShouldHaveSingleItem().ShouldBeGreaterThan(0);

        events = await _host.StreamAsync(path, body.Replace("continuous_usage_stats\":true", "continuous_usage_stats\":false", StringComparison.Ordinal));
        // As OpenAI says it: the field is in every chunk, null but for the last.
        events[..^1].ShouldAllBe(e => e.GetProperty("usage").ValueKind == JsonValueKind.Null);
        events[^1].GetProperty("usage").GetProperty("completion_tokens").GetInt32().ShouldBe(12);

        events = await _host.StreamAsync(path, body.Replace("include_usage\":true", "include_usage\":false", StringComparison.Ordinal));
        events.Exists(e => e.TryGetProperty("usage", out _)).ShouldBeFalse();
    }

    [Test]
    public async Task What_a_model_thinks_comes_apart_from_its_answer_unless_that_is_switched_off()
    {
        // The bundled template, made to open the reasoning as R1's does.
        var folder = Directory.CreateTempSubdirectory("chatapp-thinking");
        foreach (var file in Directory.EnumerateFiles(NanoModel.Folder))
            File.Copy(file, Path.Combine(folder.FullName, Path.GetFileName(file)));
        var config = System.Text.Json.Nodes.JsonNode.Parse(File.ReadAllText(Path.Combine(folder.FullName, "tokenizer_config.json")))!;
        config["chat_template"] = config["chat_template"] + "{%- if add_generation_prompt %}{{- '<think>\n' }}{%- endif %}{# closed by </think> #}";
        File.WriteAllText(Path.Combine(folder.FullName, "tokenizer_config.json"), config.ToJsonString());
        const string body = "{\"model\":\"nano\"," + Hello + ",\"max_tokens\":12,\"temperature\":0,\"ignore_eos\":true";
        string thought;
        await using (var host = await InferenceHost.StartAsync(("Inference:Models:0:Path", folder.FullName)))
        {
            host.Model.Reasoning.ShouldBe(ChatApp.Inference.Reasoning.ReasoningFormat.ThinkTags);
            var (_, whole) = await host.AskAsync("/v1/chat/completions", body + "}");
            Text(whole).ShouldBe("");
            thought = whole.GetProperty("choices")[0].GetProperty("message").GetProperty("reasoning_content").GetString()!;
            thought.ShouldNotBeEmpty();
            var events = await host.StreamAsync("/v1/chat/completions", body + ",\"stream\":true}");
            Content(events).ShouldBeEmpty();
            string.Concat(events.Select(e => e.GetProperty("choices")[0].GetProperty("delta").TryGetProperty("reasoning_content", out var part) ? part.GetString() : "")).ShouldBe(thought);
        }
        await using (var host = await InferenceHost.StartAsync(("Inference:Models:0:Path", folder.FullName), ("Inference:Models:0:Reasoning", "None")))
        {
            var (_, whole) = await host.AskAsync("/v1/chat/completions", body + "}");
            Text(whole)!.Trim().ShouldBe(thought.Trim());
            whole.GetProperty("choices")[0].GetProperty("message").TryGetProperty("reasoning_content", out _).ShouldBeFalse();
        }
        folder.Delete(recursive: true);
    }

    [Test]
    public async Task A_stop_string_ends_the_answer_and_is_not_part_of_it()
    {
        var (_, whole) = await _host.AskAsync("/v1/completions", "{\"model\":\"nano\",\"prompt\":\"one two\",\"max_tokens\":20,\"temperature\":0,\"ignore_eos\":true}");
        var text = whole.GetProperty("choices")[0].GetProperty("text").GetString()!;
        var stop = text.Substring(text.Length / 2, 3);
        var (_, cut) = await _host.AskAsync("/v1/completions", "{\"model\":\"nano\",\"prompt\":\"one two\",\"max_tokens\":20,\"temperature\":0,\"ignore_eos\":true,\"stop\":[" + JsonSerializer.Serialize(stop) + "]}");
        cut.GetProperty("choices")[0].GetProperty("text").GetString().ShouldBe(text[..text.IndexOf(stop, StringComparison.Ordinal)]);
        cut.GetProperty("choices")[0].GetProperty("finish_reason").GetString().ShouldBe("stop");
    }

    [Test]
    public async Task A_second_turn_takes_its_beginning_from_the_cache_but_not_with_another_salt()
    {
        var text = string.Join(' ', Enumerable.Range(0, 120).Select(i => $"word{i}"));
        string Body(string salt) => "{\"model\":\"nano\",\"cache_salt\":\"" + salt + "\",\"messages\":[{\"role\":\"user\",\"content\":\"" + text + "\"}],\"max_tokens\":2}";
        await _host.AskAsync("/v1/chat/completions", Body("a"));
        Cached((await _host.AskAsync("/v1/chat/completions", Body("a"))).Body).ShouldBeGreaterThan(0);
        Cached((await _host.AskAsync("/v1/chat/completions", Body("b"))).Body).ShouldBe(0);

        static int Cached(JsonElement body) => body.GetProperty("usage").GetProperty("prompt_tokens_details").GetProperty("cached_tokens").GetInt32();
    }

    [Test]
    public async Task An_interrupted_answer_goes_on_from_its_text()
    {
        const string start = "{\"model\":\"nano\",\"temperature\":0,\"ignore_eos\":true,\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}";
        var (_, whole) = await _host.AskAsync("/v1/chat/completions", start + "],\"max_tokens\":16}");
        var (_, tokens) = await _host.AskAsync("/tokenize", "{\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"},{\"role\":\"assistant\",\"content\":\"Half an\"}],\"add_generation_prompt\":false,\"continue_final_message\":true,\"return_token_strs\":true}");
        string.Concat(tokens.GetProperty("token_strs").EnumerateArray().Select(t => t.GetString())).ShouldEndWith("assistant\nHalf an");
        var (status, continued) = await _host.AskAsync("/v1/chat/completions",
            start + ",{\"role\":\"assistant\",\"content\":\"Half an\"}],\"max_tokens\":4,\"continue_final_message\":true,\"add_generation_prompt\":false}");
        status.ShouldBe(200);
        Text(continued).ShouldNotBeEmpty();
        Text(whole).ShouldNotBeEmpty();
    }

    [Test]
    public async Task A_schema_is_kept_by_a_model_of_random_weights()
    {
        const string schema = "{\"type\":\"object\",\"properties\":{\"city\":{\"type\":\"string\",\"maxLength\":10},\"days\":{\"type\":\"integer\",\"minimum\":1,\"maximum\":9}},\"required\":[\"city\",\"days\"],\"additionalProperties\":false}";
        for (var seed = 0; seed < 5; seed++)
        {
            var (status, answer) = await _host.AskAsync("/v1/chat/completions", "{\"model\":\"nano\"," + Hello + ",\"max_tokens\":200,\"seed\":" + seed
                + ",\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"x\",\"strict\":true,\"schema\":" + schema + "}}}");
            status.ShouldBe(200, answer.ToString());
            answer.GetProperty("choices")[0].GetProperty("finish_reason").GetString().ShouldBe("stop");
            using var value = JsonDocument.Parse(Text(answer)!);
            value.RootElement.GetProperty("days").GetInt32().ShouldBeInRange(1, 9);
            value.RootElement.GetProperty("city").GetString()!.Length.ShouldBeLessThanOrEqualTo(20);
        }
    }

    [Test]
    public async Task A_demanded_tool_is_called_also_while_streaming()
    {
        const string body = "{\"model\":\"nano\"," + Hello + ",\"max_tokens\":300,\"seed\":3,\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"add\",\"parameters\":{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"integer\",\"minimum\":0,\"maximum\":99}},\"required\":[\"a\"]}}},"
            + "{\"type\":\"function\",\"function\":{\"name\":\"other\"}}],\"tool_choice\":{\"type\":\"function\",\"function\":{\"name\":\"add\"}}";
        var (status, whole) = await _host.AskAsync("/v1/chat/completions", body + "}");
        status.ShouldBe(200, whole.ToString());
        var choice = whole.GetProperty("choices")[0];
        choice.GetProperty("finish_reason").GetString().ShouldBe("tool_calls");
        choice.GetProperty("message").GetProperty("content").ValueKind.ShouldBe(JsonValueKind.Null);
        var call = choice.GetProperty("message").GetProperty("tool_calls")[0].GetProperty("function");
        call.GetProperty("name").GetString().ShouldBe("add");
        using var arguments = JsonDocument.Parse(call.GetProperty("arguments").GetString()!);
        arguments.RootElement.GetProperty("a").GetInt32().ShouldBeInRange(0, 99);

        var events = await _host.StreamAsync("/v1/chat/completions", body + ",\"stream\":true}");
        Content(events).ShouldBeEmpty();
        var parts = events.Select(e => e.GetProperty("choices")[0].GetProperty("delta")).Where(d => d.TryGetProperty("tool_calls", out _)).Select(d => d.GetProperty("tool_calls")[0]).ToList();
        parts[0].GetProperty("id").GetString()!.ShouldStartWith("call_");
        parts[0].GetProperty("function").GetProperty("name").GetString().ShouldBe("add");
        string.Concat(parts.Select(p => p.GetProperty("function").GetProperty("arguments").GetString())).ShouldBe(call.GetProperty("arguments").GetString());
        events[^1].GetProperty("choices")[0].GetProperty("finish_reason").GetString().ShouldBe("tool_calls");
    }

    [Test]
    public async Task Models_tokens_embeddings_and_metrics_are_served()
    {
        using var models = JsonDocument.Parse(await _host.Client.GetStringAsync("/v1/models"));
        var nano = models.RootElement.GetProperty("data")[0];
        nano.GetProperty("id").GetString().ShouldBe("nano");
        nano.GetProperty("context_length").GetInt32().ShouldBe(_host.Model.Engine.Model.ContextLength);
        nano.GetProperty("max_model_len").GetInt32().ShouldBe(_host.Model.Engine.Model.ContextLength);
        nano.GetProperty("capabilities").EnumerateArray().Select(c => c.GetString()).ShouldBe(["completions", "logprobs", "chat", "json_schema", "tools"]);
        models.RootElement.GetProperty("data").EnumerateArray().ShouldAllBe(model => model.GetProperty("created").GetInt64() > 1_700_000_000);
        models.RootElement.GetProperty("data")[1].GetProperty("capabilities")[0].GetString().ShouldBe("embeddings");
        (await _host.Client.GetAsync("/v1/models/nano")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await _host.Client.GetAsync("/v1/models/none")).StatusCode.ShouldBe(HttpStatusCode.NotFound);

        var (_, tokens) = await _host.AskAsync("/tokenize", "{\"model\":\"nano\",\"prompt\":\"Hello <|im_end|> wörld\"}");
        var (_, text) = await _host.AskAsync("/detokenize", "{\"model\":\"nano\",\"tokens\":" + tokens.GetProperty("tokens") + "}");
        text.GetProperty("prompt").GetString().ShouldBe("Hello <|im_end|> wörld");
        tokens.GetProperty("tokens").EnumerateArray().ShouldAllBe(t => t.GetInt32() > 2, "control tokens are not parsed from text");

        var (_, embeddings) = await _host.AskAsync("/v1/embeddings", "{\"model\":\"snowflake-arctic-embed-xs\",\"input\":[\"the red apple\",\"a red apple\",\"quantum physics\"]}");
        var vectors = embeddings.GetProperty("data").EnumerateArray().Select(d => d.GetProperty("embedding").EnumerateArray().Select(v => v.GetSingle()).ToArray()).ToList();
        Dot(vectors[0], vectors[0]).ShouldBe(1, 0.001);
        Dot(vectors[0], vectors[1]).ShouldBeGreaterThan(Dot(vectors[0], vectors[2]) + 0.1);

        await _host.AskAsync("/v1/chat/completions", "{\"model\":\"nano\"," + Hello + ",\"max_tokens\":2}");
        var metrics = await _host.Client.GetStringAsync("/metrics");
        foreach (var name in (string[])["vllm:num_requests_running", "vllm:time_to_first_token_seconds_bucket", "vllm:inter_token_latency_seconds_sum", "vllm:request_success_total", "vllm:kv_cache_usage_perc",
            "vllm:prefix_cache_hits_total", "vllm:generation_tokens_total", "vllm:iteration_tokens_total_count", "vllm:num_preemptions_total", "vllm:request_queue_time_seconds_count"])
            metrics.ShouldContain(name + "{model_name=\"nano\"");
    }

    [Test]
    public async Task A_text_and_its_tokens_have_the_same_embedding()
    {
        // "hello world" in BERT's words.
        var (status, answer) = await _host.AskAsync("/v1/embeddings", "{\"model\":\"snowflake-arctic-embed-xs\",\"input\":[\"hello world\",[7592,2088]]}");
        var (_, alone) = await _host.AskAsync("/v1/embeddings", "{\"model\":\"snowflake-arctic-embed-xs\",\"input\":[7592,2088]}");
        var (refused, error) = await _host.AskAsync("/v1/embeddings", "{\"model\":\"snowflake-arctic-embed-xs\",\"input\":[7592,200000]}");

        status.ShouldBe(200, answer.ToString());
        var vectors = answer.GetProperty("data").EnumerateArray().Append(alone.GetProperty("data")[0]).Select(item => item.GetProperty("embedding").GetRawText()).Distinct();
        vectors.Count().ShouldBe(1);
        alone.GetProperty("usage").GetProperty("prompt_tokens").GetInt32().ShouldBe(4, "those of start and end are computed too");
        refused.ShouldBe(400);
        error.GetProperty("error").GetProperty("param").GetString().ShouldBe("input");
    }

    [TestCase(1), TestCase(8), TestCase(100)]
    public async Task An_embedding_in_fewer_dimensions_is_a_unit_vector_and_still_tells_texts_apart(int dimensions)
    {
        var (status, answer) = await _host.AskAsync("/v1/embeddings", "{\"model\":\"snowflake-arctic-embed-xs\",\"input\":[\"hello world\",\"hello worlds\",\"quantum physics\"],\"dimensions\":" + dimensions + "}");

        status.ShouldBe(200, answer.ToString());
        var vectors = answer.GetProperty("data").EnumerateArray().Select(d => d.GetProperty("embedding").EnumerateArray().Select(v => v.GetSingle()).ToArray()).ToList();
        foreach (var vector in vectors)
        {
            vector.Length.ShouldBe(dimensions);
            Dot(vector, vector).ShouldBe(1, 0.001);
        }

        if (dimensions > 1)
            Dot(vectors[0], vectors[1]).ShouldBeGreaterThan(Dot(vectors[0], vectors[2]));
    }

    [TestCase("/chat/completions", "/v1/chat/completions")]
    [TestCase("/v1/responses", "not served yet")]
    [TestCase("/elsewhere", "/elsewhere")]
    public async Task A_path_without_a_route_is_answered_in_the_protocol_s_form(string path, string says)
    {
        var (status, body) = await _host.AskAsync(path, "{}");

        status.ShouldBe(404);
        body.GetProperty("error").GetProperty("message").GetString().ShouldNotBeNull().ShouldContain(says);
    }

    [Test]
    public async Task A_compressed_body_is_told_so()
    {
        using var content = new ByteArrayContent([0x1f, 0x8b, 0x08]);
        content.Headers.ContentEncoding.Add("gzip");
        using var answer = await _host.SendAsync("/v1/chat/completions", content);

        answer.StatusCode.ShouldBe(HttpStatusCode.UnsupportedMediaType);
        (await answer.Content.ReadAsStringAsync()).ShouldContain("Content-Encoding");
    }

    [Test]
    public async Task The_offsets_of_a_stream_s_tokens_are_those_of_the_whole_answer_and_point_into_its_text()
    {
        // Of random weights come tokens that are parts of characters; a stop text holds text back.
        foreach (var seed in (int[])[1, 2, 3, 4])
        {
            var body = "{\"model\":\"nano\",\"prompt\":\"Grüße 😀\",\"echo\":true,\"max_tokens\":40,\"temperature\":3,\"seed\":" + seed + ",\"ignore_eos\":true,\"logprobs\":0,\"stop\":[\"e e e e e\"]";
            var (_, whole) = await _host.AskAsync("/v1/completions", body + "}");
            var events = await _host.StreamAsync("/v1/completions", body + ",\"stream\":true}");

            var choice = whole.GetProperty("choices")[0];
            var text = choice.GetProperty("text").GetString()!.EnumerateRunes().ToList();
            var offsets = Offsets(choice);
            var tokens = choice.GetProperty("logprobs").GetProperty("tokens").EnumerateArray().Select(token => token.GetString()!).ToList();
            events.SelectMany(e => Offsets(e.GetProperty("choices")[0])).ShouldBe(offsets);
            offsets[0].ShouldBe("Grüße 😀".EnumerateRunes().Count());
            for (var i = 0; i < offsets.Count; i++)
            {
                // What is no text: half characters, and what follows one that was never finished; control tokens, which are not shown.
                if (!tokens[i].Contains('\uFFFD') && !tokens[i].StartsWith("<|", StringComparison.Ordinal) && text.ElementAtOrDefault(offsets[i]).Value != 0xFFFD)
                    string.Concat(text.Skip(offsets[i]).Take(tokens[i].EnumerateRunes().Count())).ShouldBe(tokens[i], $"seed {seed}, token {i}");
            }
        }

        static List<int> Offsets(JsonElement choice) => choice.GetProperty("logprobs") is { ValueKind: JsonValueKind.Object } logprobs
            ? [.. logprobs.GetProperty("text_offset").EnumerateArray().Select(offset => offset.GetInt32())] : [];
    }

    [Test]
    public async Task The_model_is_shown_the_schema_that_it_is_kept_to()
    {
        const string schema = "{\"type\":\"object\",\"properties\":{\"ok\":{\"type\":\"boolean\",\"description\":\"Whether it is a greeting\"}},\"required\":[\"ok\"]}";
        var (_, free) = await _host.AskAsync("/v1/chat/completions", "{\"model\":\"nano\"," + Hello + ",\"max_tokens\":1}");
        var (_, kept) = await _host.AskAsync("/v1/chat/completions", "{\"model\":\"nano\"," + Hello + ",\"max_tokens\":1,\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"x\",\"schema\":" + schema + "}}}");

        PromptTokens(kept).ShouldBeGreaterThan(PromptTokens(free) + 20);

        static int PromptTokens(JsonElement answer) => answer.GetProperty("usage").GetProperty("prompt_tokens").GetInt32();
    }

    [TestCase(60)]
    [TestCase(120)]
    public async Task An_answer_of_a_schema_ends_within_max_tokens_however_the_model_wanders(int tokens)
    {
        const string schema = "{\"type\":\"object\",\"properties\":{\"title\":{\"type\":\"string\"},\"people\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"properties\":{\"name\":{\"type\":\"string\"},\"age\":{\"type\":\"integer\"}},\"required\":[\"name\",\"age\"]}},\"end\":{\"enum\":[\"yes\",\"no\"]}},\"required\":[\"title\",\"people\",\"end\"]}";
        for (var seed = 0; seed < 8; seed++)
        {
            var (_, answer) = await _host.AskAsync("/v1/chat/completions", "{\"model\":\"nano\"," + Hello + ",\"temperature\":2,\"max_tokens\":" + tokens + ",\"seed\":" + seed
                + ",\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"x\",\"schema\":" + schema + "}}}");

            using var value = JsonDocument.Parse(Text(answer)!);
            value.RootElement.GetProperty("end").GetString().ShouldBeOneOf("yes", "no");
            answer.GetProperty("choices")[0].GetProperty("finish_reason").GetString().ShouldBe("stop");
        }
    }

    [Test]
    public async Task A_client_that_goes_away_frees_its_lane()
    {
        using var leaving = new CancellationTokenSource();
        using (var response = await _host.PostAsync("/v1/chat/completions", "{\"model\":\"nano\"," + Hello + ",\"stream\":true,\"ignore_eos\":true,\"max_tokens\":3500}", leaving.Token))
        {
            await using var stream = await response.Content.ReadAsStreamAsync();
            await stream.ReadExactlyAsync(new byte[64]);
            await leaving.CancelAsync();
        }

        await Eventually.HoldsAsync(() => _host.Model.Engine.Stats.Running == 0);
        _host.Model.Engine.Health.State.ShouldBe(EngineState.Ready);
    }

    [Test]
    public async Task A_silent_stream_gets_heartbeats()
    {
        await using var host = await InferenceHost.StartAsync(("Inference:HeartbeatInterval", "00:00:00.1"), ("Inference:Engine:MaxSequences", "1"));
        // The only lane is taken, so the second stream waits in the queue.
        using var busy = await host.PostAsync("/v1/chat/completions", "{\"model\":\"nano\"," + Hello + ",\"stream\":true,\"ignore_eos\":true,\"max_tokens\":4000}");
        using var waiting = await host.PostAsync("/v1/chat/completions", "{\"model\":\"nano\"," + Hello + ",\"stream\":true,\"max_tokens\":1}");
        using var reader = new StreamReader(await waiting.Content.ReadAsStreamAsync());
        (await reader.ReadLineAsync()).ShouldBe(": ping");
    }

    [Test]
    public async Task Stopping_lets_running_answers_finish_and_takes_no_new_ones()
    {
        await using var host = await InferenceHost.StartAsync();
        using var running = await host.PostAsync("/v1/chat/completions", "{\"model\":\"nano\"," + Hello + ",\"stream\":true,\"ignore_eos\":true,\"max_tokens\":400}");
        var stopping = host.App.StopAsync();
        (await running.Content.ReadAsStringAsync()).ShouldEndWith("data: [DONE]\n\n");
        await stopping;
        await Should.ThrowAsync<Exception>(async () => (await host.PostAsync("/v1/chat/completions", "{\"model\":\"nano\"," + Hello + "}")).EnsureSuccessStatusCode());
    }

    [Test]
    public async Task A_damaged_model_folder_is_reported_and_the_process_lives()
    {
        var folder = Directory.CreateTempSubdirectory("chatapp-model");
        File.WriteAllText(Path.Combine(folder.FullName, "genai_config.json"), "{\"model\":");
        await using var host = await InferenceHost.StartAsync(("Inference:Models:0:Path", folder.FullName));
        host.HasFailed.ShouldBeTrue();
        (await host.Client.GetAsync("/health")).StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        (await host.Client.GetAsync("/alive")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await host.AskAsync("/v1/chat/completions", "{\"model\":\"nano\"," + Hello + "}")).Status.ShouldBe(503);
        folder.Delete(recursive: true);
    }

    private static string? Text(JsonElement answer) => answer.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString();

    private static string Content(List<JsonElement> events) => string.Concat(events.Select(Delta));

    private static string? Delta(JsonElement chunk) =>
        chunk.GetProperty("choices").GetArrayLength() > 0 && chunk.GetProperty("choices")[0].GetProperty("delta").TryGetProperty("content", out var content) ? content.GetString() : null;

    private static double Dot(float[] a, float[] b) => a.Zip(b, (x, y) => (double)x * y).Sum();
}
