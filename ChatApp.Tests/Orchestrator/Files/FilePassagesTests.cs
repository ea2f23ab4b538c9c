using ChatApp.Orchestrator.Files;

namespace ChatApp.Tests.Orchestrator.Files;

public sealed class FilePassagesTests
{
    [Test]
    public void A_text_that_fits_is_quoted_whole() => FilePassages.Select("one\ntwo", "anything", 7).ShouldBe("one\ntwo");

    [Test]
    public void Of_a_longer_text_the_passages_that_share_words_with_the_question_are_quoted_in_order()
    {
        var text = string.Join("\n\n", Enumerable.Range(0, 40).Select(i => $"Chapter {i}. {string.Concat(Enumerable.Repeat("filler ", 90))}{(i is 7 or 31 ? "The lighthouse keeper is called Mabel." : "")}"));

        var quoted = FilePassages.Select(text, "Who keeps the lighthouse?", 4000);

        quoted.Length.ShouldBeLessThanOrEqualTo(4000);
        quoted.Split("lighthouse").Length.ShouldBe(3);
        quoted.IndexOf("Chapter 7.", StringComparison.Ordinal).ShouldBeLessThan(quoted.IndexOf("Chapter 31.", StringComparison.Ordinal));
        quoted.ShouldContain("[...]");
    }

    [Test]
    public void Where_the_question_tells_nothing_the_beginning_is_quoted()
    {
        var text = "The very first line.\n" + new string('x', 20_000);
        FilePassages.Select(text, "?", 3000).ShouldStartWith("The very first line.");
    }

    [TestCase(0)]
    [TestCase(3)]
    [TestCase(50)]
    [TestCase(805)]
    [TestCase(5000)]
    public void Never_more_is_quoted_than_there_is_room_for(int room)
    {
        var text = string.Concat(Enumerable.Range(0, 4000).Select(i => i % 97 == 0 ? "\n" : "😀"));
        var quoted = FilePassages.Select(text, "smile", room);
        quoted.Length.ShouldBeLessThanOrEqualTo(room + 7);
    }
}
