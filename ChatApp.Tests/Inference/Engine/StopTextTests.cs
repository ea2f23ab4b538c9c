using ChatApp.Inference.Engine.Sampling;
using FsCheck;
using FsCheck.Fluent;

namespace ChatApp.Tests.Inference.Engine;

public sealed class StopTextTests
{
    [Test]
    public void A_stop_string_is_found_across_pieces_and_nothing_of_it_is_let_out()
    {
        var stop = new StopText(["</end>"]);

        stop.Append("hello <").ShouldBe("hello ");
        stop.Append("/en").ShouldBe("");
        stop.Append("d> more").ShouldBe("");

        stop.Matched.ShouldBe("</end>");
    }

    [Test]
    public void Text_that_only_looked_like_a_stop_string_comes_out_after_all()
    {
        var stop = new StopText(["</end>"]);

        stop.Append("a </en").ShouldBe("a ");
        stop.Append("try>").ShouldBe("</entry>");
        stop.Append(" <").ShouldBe(" ");
        stop.Flush().ShouldBe("<");
    }

    [Test]
    public void However_a_text_is_cut_what_comes_out_is_what_stands_before_the_first_stop()
    {
        var generator =
            from pieces in Gen.Elements("a", "b", "ab", "ba", "aab", "").ListOf()
            from stop in Gen.Elements("ab", "aab", "bb", "abab", "b")
            select (Pieces: pieces.ToArray(), Stop: stop);

        Prop.ForAll(generator.ToArbitrary(), sample =>
        {
            var stop = new StopText([sample.Stop]);
            var text = "";
            foreach (var piece in sample.Pieces)
            {
                text += stop.Append(piece);
                if (stop.Matched is not null)
                    break;
            }

            if (stop.Matched is null)
                text += stop.Flush();
            var all = string.Concat(sample.Pieces);
            var at = all.IndexOf(sample.Stop, StringComparison.Ordinal);
            text.ShouldBe(at < 0 ? all : all[..at]);
            return true;
        }).QuickCheckThrowOnFailure();
    }
}
