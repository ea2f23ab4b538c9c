using ChatApp.Orchestrator.Conversations.Messages;
using ChatApp.Orchestrator.Errors;
using ChatApp.Orchestrator.Files;
using ChatApp.Orchestrator.Prompts;

namespace ChatApp.Tests.Orchestrator.Prompts;

public sealed class PromptBudgetTests
{
    [TestCase(new[] { 5, 5, 5 }, 15, 0)]
    [TestCase(new[] { 5, 5, 5 }, 14, 1)]
    [TestCase(new[] { 1, 9, 5 }, 13, 2, Description = "a small old message is not kept over a hole")]
    [TestCase(new[] { 5 }, 5, 0)]
    public void The_newest_messages_that_fit_are_kept_without_a_hole(int[] tokens, int budget, int first) =>
        PromptBudget.FirstThatFits(Messages(tokens), budget).ShouldBe(first);

    [Test]
    public void A_question_that_does_not_fit_is_refused_with_the_numbers() =>
        Should.Throw<RefusedException>(() => PromptBudget.FirstThatFits(Messages([1, 100]), 99)).Message.ShouldContain("100 tokens");

    [Test]
    public void Recall_prefers_messages_that_share_rare_words_with_the_question()
    {
        string[] said = ["the cat sat on the mat", "my sister lives in Oslo", "the weather is fine", "the dog and the cat"];

        Recall.Select(said, "where does my sister live in the winter?", 1).ShouldBe([1]);
        Recall.Select(said, "the cat", 2).ShouldBe([0, 3]);
        Recall.Select(said, "zzz", 2).ShouldBeEmpty();
        Recall.Select(["妹は東京に住んでいます", "猫は寝ています", "สวัสดีครับ"], "東京の天気は?", 1).ShouldBe([0]);
    }

    private static PromptMessage[] Messages(int[] tokens) =>
    [
        .. tokens.Select(count => new PromptMessage(
            new MessageRecord { Id = Guid.NewGuid(), ConversationId = Guid.Empty, Role = "user", Text = "x", Status = "Completed" }, count)),
    ];
}
