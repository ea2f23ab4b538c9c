using System.Text.Json;
using ChatApp.Inference.Constraints;
using ChatApp.Inference.Constraints.Schemas;
using ChatApp.Inference.Reasoning;
using ChatApp.Inference.Text;
using ChatApp.Inference.Text.Jinja;
using ChatApp.Inference.ToolCalls;
using ChatApp.Tests.Inference.ToolCalls;

namespace ChatApp.Tests.Inference.Reasoning;

[TestFixture]
internal sealed class ReasoningTests
{
    private Tokenizer _tokenizer = null!;

    [OneTimeSetUp]
    public void Load() => _tokenizer = Tokenizer.Load(NanoModel.Folder);

    [TestCase(false, "Just text.", "", "Just text.")]
    [TestCase(false, "<think>\nLet me see.\n</think>\n\nIt is 4.", "Let me see.", "It is 4.")]
    [TestCase(false, "\n <think>a < b </thin then</think>b", "a < b </thin then", "b")]
    [TestCase(false, "<think></think>\n\nNo need.", "", "No need.")]
    [TestCase(false, "<thinking aloud", "", "<thinking aloud")]
    [TestCase(false, "The tag <think>x</think> is text here.", "", "The tag <think>x</think> is text here.")]
    [TestCase(false, "<think>cut off", "cut off", "")]
    [TestCase(false, "<thi", "", "<thi")]
    [TestCase(false, "", "", "")]
    [TestCase(true, "The user asks.\n\nSo 4.</think>\n4", "The user asks.\n\nSo 4.", "4")]
    [TestCase(true, "never ends", "never ends", "")]
    [TestCase(true, "a</think>b</think>c", "a", "b</think>c")]
    public void Reasoning_is_told_from_the_answer_however_the_text_is_cut(bool isOpen, string text, string reasoning, string answer)
    {
        var random = new Random(11);
        for (var round = 0; round < 40; round++)
        {
            var sink = new RecordingSink();
            var parser = new ReasoningSplitter(new PlainTextParser(), isOpen);
            for (var at = 0; at < text.Length;)
            {
                var length = round == 0 ? text.Length : Math.Min(random.Next(1, 7), text.Length - at);
                parser.Append(text.Substring(at, length), sink);
                at += length;
            }
            parser.Complete(sink);
            sink.Thought.ShouldBe(reasoning);
            sink.Text.ShouldBe(answer);
        }
    }

    [Test]
    public void A_tool_call_behind_the_reasoning_is_read_and_one_within_is_not()
    {
        var sink = new RecordingSink();
        var parser = new ReasoningSplitter(ToolCallFormats.CreateParser(ToolCallFormat.Hermes), isOpen: false);
        foreach (var c in "<think>Perhaps <tool_call>{\"name\": \"no\"}</tool_call>?</think>\n<tool_call>\n{\"name\": \"yes\", \"arguments\": {\"a\": 1}}\n</tool_call>")
            parser.Append(c.ToString(), sink);
        parser.Complete(sink);
        sink.Thought.ShouldBe("Perhaps <tool_call>{\"name\": \"no\"}</tool_call>?");
        sink.Calls.ShouldHaveSingleItem().Name.ShouldBe("yes");
        (parser.Calls, parser.CompletedCalls).ShouldBe((1, 1));
    }

    [TestCase("assistant\n<think>\n", null, true)]
    [TestCase("assistant\n<think>\n\n</think>\n\n", null, false)]
    [TestCase("assistant\n", null, false)]
    [TestCase("<think>\nHalf a th", "<think>\nHalf a th", true)]
    [TestCase("<think>\nA thought.</think>\nHalf an ans", "<think>\nA thought.</think>\nHalf an ans", false)]
    public void An_answer_begins_inside_the_reasoning_where_the_prompt_has_opened_it(string prompt, string? continued, bool isOpen)
    {
        var message = new JinjaMap { ["role"] = "assistant", ["content"] = continued ?? "x" };
        var input = new ChatTemplateInput { Messages = [message], ContinueFinalMessage = continued is not null };
        ReasoningMarks.IsOpen(input, _tokenizer.Encode(prompt, parseSpecial: false), _tokenizer).ShouldBe(isOpen);
    }

    [TestCase("{{ messages }}<think>{{ x.split('</think>') }}", ReasoningFormat.Auto, ReasoningFormat.ThinkTags)]
    [TestCase("{{ messages }}", ReasoningFormat.Auto, ReasoningFormat.None)]
    [TestCase("{{ messages }}</think>", ReasoningFormat.None, ReasoningFormat.None)]
    [TestCase("{{ messages }}", ReasoningFormat.ThinkTags, ReasoningFormat.ThinkTags)]
    public void The_setting_wins_and_by_itself_the_template_tells(string template, ReasoningFormat setting, ReasoningFormat expected) =>
        ReasoningMarks.Resolve(setting, new ChatTemplate(template, _tokenizer)).ShouldBe(expected);

    [Test]
    public void A_constraint_begins_behind_the_reasoning_which_may_not_end_the_answer()
    {
        using var schema = JsonDocument.Parse("""{"type":"object","properties":{"a":{"type":"integer","maximum":5,"minimum":1}},"required":["a"],"additionalProperties":false}""");
        int[] end = [_tokenizer.EosId!.Value];
        var grammar = new CompiledGrammar(JsonSchemaCompiler.Compile(schema.RootElement, "schema"), new Vocabulary(_tokenizer, new HashSet<int>()), end);
        var constraint = new AfterReasoning(grammar.Begin(), _tokenizer.CreateDetokenizer(), end);
        foreach (var id in _tokenizer.Encode("So {\"b\": it is 3.\n</think>", parseSpecial: false))
        {
            Allows(constraint, id).ShouldBeTrue();
            Allows(constraint, end[0]).ShouldBeFalse();
            constraint.IsComplete.ShouldBeFalse();
            constraint.Accept(id);
        }
        foreach (var id in _tokenizer.Encode("{\"a\": 3}", parseSpecial: false))
        {
            Allows(constraint, id).ShouldBeTrue();
            Allows(constraint, _tokenizer.Encode("x", parseSpecial: false)[0]).ShouldBeFalse();
            constraint.Accept(id);
        }
        constraint.IsComplete.ShouldBeTrue();
    }

    private bool Allows(AfterReasoning constraint, int id)
    {
        var mask = new ulong[(_tokenizer.VocabularySize + 63) / 64];
        constraint.TryGetMask(mask).ShouldBeTrue();
        return (mask[id >> 6] >> (id & 63) & 1) != 0;
    }
}
