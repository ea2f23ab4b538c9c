using ChatApp.Inference.Text;
using ChatApp.Inference.ToolCalls;

namespace ChatApp.Tests.Inference.ToolCalls;

[TestFixture]
internal sealed class ToolCallParserTests
{
    private static readonly object[] _answers =
    [
        new object[] { ToolCallFormat.Hermes, "Just text.", "[Just text.]" },
        new object[] { ToolCallFormat.Hermes, "a < b and <tool or <tool_cal then", "[a < b and <tool or <tool_cal then]" },
        new object[] { ToolCallFormat.Hermes, "<tool_call>\n{\"name\": \"add\", \"arguments\": {\"a\": 1, \"b\": [2, {\"c\": \"}\\\"]\"}]}}\n</tool_call>", "[] add({\"a\": 1, \"b\": [2, {\"c\": \"}\\\"]\"}]})" },
        new object[] { ToolCallFormat.Hermes, "Let me see.\n\n<tool_call>{\"name\":\"f\",\"arguments\":{}}</tool_call>\n<tool_call>\n{\"name\": \"g\", \"arguments\": {\"x\": null}}\n</tool_call>\n", "[Let me see.] f({}) g({\"x\": null})" },
        new object[] { ToolCallFormat.Hermes, "<tool_call>{\"arguments\": {\"x\": 1}, \"name\": \"late\"}</tool_call> and more", "[and more] late({\"x\": 1})" },
        new object[] { ToolCallFormat.Hermes, "<tool_call>{\"name\": \"noargs\"}</tool_call>", "[] noargs({})" },
        new object[] { ToolCallFormat.Hermes, "<tool_call>{\"name\": \"text\", \"arguments\": \"{\\\"a\\\": 1}\"}</tool_call>", "[] text({\"a\": 1})" },
        new object[] { ToolCallFormat.Hermes, "<tool_call>{\"type\": \"function\", \"function\": {\"name\": \"w\", \"arguments\": {\"a\": 2}}}</tool_call>", "[] w({\"a\": 2})" },
        new object[] { ToolCallFormat.Hermes, "<tool_call>not json</tool_call>", "[<tool_call>not json</tool_call>]" },
        new object[] { ToolCallFormat.Hermes, "<tool_call>{\"nam", "[<tool_call>{\"nam]" },
        new object[] { ToolCallFormat.Hermes, "<tool_call>{\"name\": \"cut\", \"arguments\": {\"a\": ", "[] cut({\"a\": )" },
        new object[] { ToolCallFormat.Hermes, "<tool_call>", "[<tool_call>]" },
        new object[] { ToolCallFormat.Llama, "{\"name\": \"f\", \"parameters\": {\"a\": \"x\"}}", "[] f({\"a\": \"x\"})" },
        new object[] { ToolCallFormat.Llama, "<|python_tag|>{\"name\": \"f\", \"parameters\": {}}; {\"name\": \"g\", \"parameters\": {\"b\": 1}}", "[] f({}) g({\"b\": 1})" },
        new object[] { ToolCallFormat.Llama, "{\"answer\": 42}", "[{\"answer\": 42}]" },
        new object[] { ToolCallFormat.Llama, "The name is {x}", "[The name is {x}]" },
        new object[] { ToolCallFormat.Mistral, "[TOOL_CALLS] [{\"name\": \"f\", \"arguments\": {\"a\": 1}}, {\"name\": \"g\", \"arguments\": {}}]", "[] f({\"a\": 1}) g({})" },
        new object[] { ToolCallFormat.Mistral, "Sure[TOOL_CALLS]get_weather[ARGS]{\"city\": \"{Rome}\"}[TOOL_CALLS]g[CALL_ID]abc[ARGS]{}", "[Sure] get_weather({\"city\": \"{Rome}\"}) g({})" },
        new object[] { ToolCallFormat.Phi, "<|tool_call|>[{\"name\": \"f\", \"arguments\": {\"a\": 1}}]<|/tool_call|>", "[] f({\"a\": 1})" },
        new object[] { ToolCallFormat.None, "<tool_call>{}</tool_call>", "[<tool_call>{}</tool_call>]" },
    ];

    [TestCaseSource(nameof(_answers))]
    public void An_answer_is_told_apart_into_text_and_calls_however_it_is_cut(ToolCallFormat format, string answer, string expected)
    {
        Parse(format, [answer]).ToString().ShouldBe(expected);
        Parse(format, answer.Select(c => c.ToString())).ToString().ShouldBe(expected);
        var random = new Random(17);
        for (var round = 0; round < 50; round++)
        {
            var parts = new List<string>();
            for (var at = 0; at < answer.Length;)
            {
                var length = Math.Min(random.Next(1, 9), answer.Length - at);
                parts.Add(answer.Substring(at, length));
                at += length;
            }
            Parse(format, parts).ToString().ShouldBe(expected);
        }
    }

    [Test]
    public void Arguments_stream_in_fragments_and_ids_are_unique()
    {
        var sink = Parse(ToolCallFormat.Hermes, "<tool_call>{\"name\": \"f\", \"arguments\": {\"text\": \"abcdefghij\"}}</tool_call><tool_call>{\"name\": \"f\", \"arguments\": {}}</tool_call>".Select(c => c.ToString()));
        sink.Fragments.ShouldBeGreaterThan(15);
        sink.Calls.Select(c => c.Id).Distinct().Count().ShouldBe(2);
        sink.Calls.ShouldAllBe(c => c.Id.StartsWith("call_"));
    }

    [TestCase(ToolCallFormat.Hermes, "Sure.\n<tool_call>\n{\"name\": \"f\", \"arguments\": {\"a\": \"}\"}}", "\n</tool_call>\n<tool_call>\n{\"name\": \"g\", \"arguments\": {}}\n</tool_call>")]
    [TestCase(ToolCallFormat.Llama, "{\"name\": \"f\", \"parameters\": {\"a\": 1}}", "; {\"name\": \"g\", \"parameters\": {}}")]
    [TestCase(ToolCallFormat.Mistral, "[TOOL_CALLS] [{\"name\": \"f\", \"arguments\": {}}", ", {\"name\": \"g\", \"arguments\": {}}]")]
    [TestCase(ToolCallFormat.Mistral, "[TOOL_CALLS]f[ARGS]{\"a\": {}}", "[TOOL_CALLS]g[ARGS]{}")]
    [TestCase(ToolCallFormat.Phi, "<|tool_call|>[{\"name\": \"f\", \"arguments\": {}}", "]<|/tool_call|>")]
    public void Without_parallel_calls_an_answer_ends_with_the_last_character_of_its_first_call(ToolCallFormat format, string first, string more)
    {
        var tokenizer = Tokenizer.Load(NanoModel.Folder);
        var constraint = new FirstCallOnly(tokenizer.CreateDetokenizer(), ToolCallFormats.CreateParser(format), form: null);
        var mask = new ulong[1];
        constraint.TryGetMask(mask).ShouldBeFalse("the text stays free");
        var written = "";
        foreach (var c in first + more)
        {
            foreach (var id in tokenizer.Encode(c.ToString(), parseSpecial: false))
                constraint.Accept(id);
            written += c;
            if (constraint.IsComplete)
                break;
        }
        written.ShouldBe(first);
        Parse(format, [written]).Calls.ShouldHaveSingleItem().Name.ShouldBe("f");
    }

    [TestCase("{\"name\": \"Bob\", \"age\": 3}")]
    [TestCase("{\"name\": \"Bob\", \"parameters\": {\"a\": 1}, \"x\": [2]} and so on")]
    public void Where_calls_have_no_marks_JSON_that_names_no_offered_tool_is_the_answer(string answer)
    {
        var parser = ToolCallFormats.CreateParser(ToolCallFormat.Llama, ["weather"]);
        var sink = new RecordingSink();
        foreach (var character in answer)
            parser.Append(character.ToString(), sink);
        parser.Complete(sink);

        sink.Text.ShouldBe(answer);
        sink.Calls.ShouldBeEmpty();
    }

    [Test]
    public void Deep_or_endless_arguments_do_no_harm()
    {
        Parse(ToolCallFormat.Hermes, ["<tool_call>{\"name\": \"f\", \"arguments\": " + new string('[', 100_000)]).Calls.Count.ShouldBeLessThanOrEqualTo(1);
        Parse(ToolCallFormat.Hermes, Enumerable.Repeat("<tool_call>", 2000)).Calls.ShouldBeEmpty();
    }

    private static RecordingSink Parse(ToolCallFormat format, IEnumerable<string> parts)
    {
        var parser = ToolCallFormats.CreateParser(format);
        var sink = new RecordingSink();
        foreach (var part in parts)
            parser.Append(part, sink);
        parser.Complete(sink);
        parser.Calls.ShouldBe(sink.Calls.Count);
        return sink;
    }
}
