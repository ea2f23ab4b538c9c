using ChatApp.Contracts.Ids;
using ChatApp.Orchestrator.Conversations.Titles;
using ChatApp.Orchestrator.Conversations.Transfer;
using ChatApp.Orchestrator.Errors;

namespace ChatApp.Tests.Orchestrator.Conversations;

public sealed class TransferTests
{
    private static readonly DateTime Day = new(2025, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    [Test]
    public void Messages_come_after_their_parents_and_orphans_become_roots()
    {
        var ordered = MessageTree.Order(
        [
            Message("c", "b", 3), Message("b", "a", 2), Message("a", null, 9), Message("lost", "nowhere", 1),
        ]);

        ordered.Select(m => m.Key).ShouldBe(["lost", "a", "b", "c"]);
        ordered[0].ParentKey.ShouldBeNull();
    }

    [Test]
    public void A_circle_is_refused_beside_a_sound_tree() =>
        Should.Throw<RefusedException>(() => MessageTree.Order([Message("root", null, 0), Message("x", "y", 0), Message("y", "x", 0)]))
            .Message.ShouldContain("2 messages");

    [Test]
    public void A_chain_of_100_000_messages_does_not_exhaust_the_stack() =>
        MessageTree.Order([.. Enumerable.Range(0, 100_000).Select(i => Message($"{i}", i == 0 ? null : $"{i - 1}", i))]).Count.ShouldBe(100_000);

    [TestCase("\"Cats and dogs\"\nmore", "Cats and dogs")]
    [TestCase("Title: **Cats**", "Cats")]
    [TestCase("\n\n", "")]
    [TestCase("<tool_call>\n{\"name\": \"calculate\"}", "")]
    [TestCase("a\tb\u0007c", "a b c")]
    public void A_title_is_one_clean_line(string said, string title) => TitleText.Clean(said).ShouldBe(title);

    [TestCase("Calculating 1/10*1104", "What's 10% of 1104?", "What's 10% of 1104?")]
    [TestCase("Plane to Ljubljana", "Dear neighbours, the stairs are painted on Friday.", "Dear neighbours, the stairs are painted on Friday.")]
    [TestCase("Painting the Stairs", "Dear neighbours, the stairs are painted on Friday.", "Painting the Stairs")]
    [TestCase("A Story about Dragons", "tell me stories of a dragon", "A Story about Dragons")]
    [TestCase("東京の天気", "明日の東京の天気は？", "東京の天気")]
    [TestCase("数学の問題", "明日は雨？", "明日は雨？")]
    [TestCase("", "Hi", "Hi")]
    public void A_title_that_shares_no_word_with_the_question_gives_way_to_its_first_words(string said, string question, string title) =>
        TitleText.Choose(said, question).ShouldBe(title);

    [Test]
    public void A_long_title_is_cut_between_words_and_never_inside_a_character()
    {
        TitleText.Shorten(string.Join(' ', Enumerable.Repeat("word", 30))).ShouldEndWith("word…");
        TitleText.Shorten(string.Concat(Enumerable.Repeat("👩‍👩‍👧", 100))).ShouldBe(string.Concat(Enumerable.Repeat("👩‍👩‍👧", 59)) + "…");
    }

    [Test]
    public void An_id_has_one_spelling()
    {
        var id = Guid.CreateVersion7();
        var wire = WireId.Format(WireId.Turn, id);

        WireId.Parse(WireId.Turn, wire).ShouldBe(id);
        WireId.Parse(WireId.Turn, wire.ToUpperInvariant()).ShouldBeNull();
        WireId.Parse(WireId.Message, wire).ShouldBeNull();
        WireId.Parse(WireId.Turn, wire + " ").ShouldBeNull();
    }

    private static ImportedMessage Message(string key, string? parent, int minute) => new(key, parent, "user", "text", null, Day.AddMinutes(minute));
}
