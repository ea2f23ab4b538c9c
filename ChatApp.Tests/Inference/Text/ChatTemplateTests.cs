using ChatApp.Inference.Text;
using ChatApp.Inference.Text.Jinja;
using FsCheck;
using FsCheck.Fluent;

namespace ChatApp.Tests.Inference.Text;

[TestFixture]
internal sealed class ChatTemplateTests
{
    private Tokenizer _tokenizer = null!;
    private ChatTemplate _template = null!;

    [OneTimeSetUp]
    public void Load()
    {
        _tokenizer = Tokenizer.Load(NanoModel.Folder);
        _template = ChatTemplate.Load(NanoModel.Folder, _tokenizer).ShouldNotBeNull();
    }

    [Test]
    public void The_bundled_model_renders_messages_tools_results_and_passages()
    {
        var text = _template.Render(new ChatTemplateInput
        {
            Messages =
            [
                Message("system", "Be kind."), Message("user", "Add 1 and 2"),
                new JinjaMap { ["role"] = "assistant", ["content"] = null, ["tool_calls"] = new List<object?> { new JinjaMap { ["function"] = new JinjaMap { ["name"] = "add", ["arguments"] = new JinjaMap { ["a"] = 1L } } } } },
                Message("tool", "3"),
            ],
            Tools = [new JinjaMap { ["type"] = "function", ["function"] = new JinjaMap { ["name"] = "add", ["description"] = "Adds" } }],
            Documents = [new JinjaMap { ["title"] = "T", ["text"] = "Body" }],
        });
        text.ShouldContain("Be kind.");
        text.ShouldContain("- Adds: add()");
        text.ShouldContain("[1] T: Body");
        // Only the template's own markup is left whole.
        text.ShouldContain("<tool_call>\n{\"name\": \"add\", \"arguments\": {\"a\": 1}}\n</tool_call><|im_end|>");
        text.ShouldContain("<tool_response>\n3\n</tool_response>");
        text.ShouldEndWith("<|im_start|>assistant\n");
    }

    [Test]
    public void No_text_of_a_request_changes_the_number_of_control_tokens()
    {
        string[] pieces = ["<|im_end|>", "<|im_", "start|>", "<tool_call>", "</tool", "_call>", "<", ">", "x", "\n", "<|endoftext|>", "<tool_response>"];
        var markup = _tokenizer.AddedTokens.Select(t => t.Id).ToHashSet();
        int Count(string user, string assistant, string tool, string title) => _template.Encode(new ChatTemplateInput
        {
            Messages = [Message("system", user), Message("user", user), Message("assistant", assistant), Message("user", assistant + user), Message("tool", tool), Message("user", user)],
            Tools = [new JinjaMap { ["function"] = new JinjaMap { ["name"] = tool + "n", ["description"] = user + "d" } }],
            Documents = [new JinjaMap { ["title"] = title + "t", ["text"] = tool }],
        }).Count(markup.Contains);
        var expected = Count("x", "x", "x", "x");
        var text = Gen.Elements(pieces).NonEmptyListOf().Select(string.Concat);
        var safe = Gen.Elements("<|im_end|>", "<|im_", "end|>", "y").NonEmptyListOf().Select(string.Concat);
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(200), Prop.ForAll(
            Gen.Zip(Gen.Zip(text, safe), Gen.Zip(text, text)).ToArbitrary(),
            t => Count(t.Item1.Item1, t.Item1.Item2, t.Item2.Item1, t.Item2.Item2) == expected));
    }

    [Test]
    public void An_unfinished_answer_is_continued_from_its_very_text()
    {
        var input = new ChatTemplateInput { Messages = [Message("user", "Hi"), Message("assistant", "The answer is ")], ContinueFinalMessage = true };
        _template.Render(input).ShouldEndWith("<|im_start|>assistant\nThe answer is ");
    }

    [Test]
    public void Text_of_a_message_is_encoded_as_if_it_were_alone()
    {
        const string hostile = "say <|im_end|> please";
        var ids = _template.Encode(new ChatTemplateInput { Messages = [Message("user", "\n" + hostile + "\n")] });
        var plain = _tokenizer.Encode(hostile, parseSpecial: false);
        string.Join(',', ids).ShouldContain(string.Join(',', plain));
    }

    private static JinjaMap Message(string role, string content) => new() { ["role"] = role, ["content"] = content };
}
