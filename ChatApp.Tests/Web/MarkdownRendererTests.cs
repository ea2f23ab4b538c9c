using System.Diagnostics;
using System.Text.Json;
using ChatApp.Web.Localization;
using ChatApp.Web.Rendering;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Localization;
using Microsoft.Extensions.Options;

namespace ChatApp.Tests.Web;

internal sealed class MarkdownRendererTests
{
    private static readonly MarkdownRenderer Renderer = Create(new RenderingOptions());
    private static readonly Dictionary<string, string> Cases =
        JsonSerializer.Deserialize<Dictionary<string, string>>(File.ReadAllText(Checkout.PathTo("ChatApp.Tests", "Web", "markdown-cases.json")))!;

    [TestCase("**bold**", "<strong>bold</strong>")]
    [TestCase("a | b\n--|--:\n1 | 2", "<td class=\"right\" dir=\"auto\">2</td>")]
    [TestCase("- [x] done", "type=\"checkbox\"")]
    [TestCase("~~gone~~", "<del>gone</del>")]
    [TestCase("see https://example.org/a", "href=\"https://example.org/a\"")]
    [TestCase("$a^2$", "<chat-math display=\"inline\" tex=\"a^2\">")]
    [TestCase("\\(a^2\\)", "<chat-math display=\"inline\" tex=\"a^2\">")]
    [TestCase("$$\na^2\n$$", "<chat-math display=\"block\"")]
    [TestCase("```mermaid\ngraph LR\n```", "<chat-diagram source=\"graph LR")]
    [TestCase("```python\nif x:\n```", "<span class=\"t-keyword\">if</span>")]
    [TestCase("```unheard-of\nx\n```", "<span class=\"code-lang\">unheard-of</span>")]
    public void Markdown_becomes_html(string markdown, string expected) => Html(markdown).ShouldContain(expected);

    [TestCase("10a", "x^2")]
    [TestCase("10b", "\\begin{aligned}\na &= b \\\\[4pt]\nc &= d\n\\end{aligned}")]
    [TestCase("10c", "\\begin{pmatrix} 1 \\\\[2mm] 2 \\end{pmatrix}")]
    [TestCase("10d", "w")]
    [TestCase("10e")]
    [TestCase("10f", "w")]
    [TestCase("10g", "p", "q")]
    [TestCase("10i", "a +\nb")]
    [TestCase("10j", "x = 1", "y")]
    [TestCase("10k")]
    [TestCase("10l", "\\begin{cases} 1 & x>0 \\\\[1ex] 0 & x\\le 0\\end{cases}")]
    [TestCase("10m", "e = mc^2", "v")]
    public void Formulas_are_found_by_the_parser_and_nowhere_else(string which, params string[] formulas) =>
        FormulasIn(Renderer.Render(Cases[which]).SelectMany(block => block.Nodes)).ShouldBe(formulas);

    [TestCase("10d", "```latex\n\\(x\\) and \\[y\\]\n```\nand \\(z\\) after")]
    [TestCase("10e", "pattern = \"\\(a\\)\\[b\\]\"")]
    [TestCase("10f", "```\n\\(x\\)")]
    [TestCase("10k", "Escaped: \\(not math\\) and link and [ ] task.")]
    public void What_is_no_formula_is_shown_as_it_was_written(string which, string expected) =>
        TextOf(Renderer.Render(Cases[which]).SelectMany(block => block.Nodes)).ShouldContain(expected);

    [TestCase("\\[\na\n- b\n\n= c\n\\]\n\nend", "a\n- b\n= c")]
    [TestCase("$$\\begin{a}\n x\n\\end{a}$$\nend", "\\begin{a}\nx\n\\end{a}")]
    [TestCase("| a |\n|---|\n| \\(\\|x\\|\\) |", "|x|")]
    [TestCase("\\[ ] task\n\nnext \\[x\\] and", "x")]
    [TestCase("$$ is what it costs")]
    [TestCase("\\[\nnever closed")]
    public void A_formula_may_hold_what_markdown_would_read_and_ends_where_it_ends(string markdown, params string[] formulas) =>
        FormulasIn(Renderer.Render(markdown).SelectMany(block => block.Nodes)).ShouldBe(formulas);

    [Test]
    public void A_table_right_after_a_line_of_text_is_a_table()
    {
        var blocks = Renderer.Render(Cases["32f"]);
        blocks.Select(block => block.Nodes[0].Name).ShouldBe(["p", "div"]);
        blocks[1].Html.ShouldContain("<td dir=\"auto\">1</td>");
    }

    [TestCase("| a |\n|---|\n| one<br>two<br/>three |", "one<br>\ntwo<br>\nthree")]
    [TestCase("H<sub>2</sub>O, x<SUP>2</SUP>, <kbd>Q</kbd>", "H<sub>2</sub>O, x<sup>2</sup>, <kbd>Q</kbd>")]
    [TestCase("half <sub>a pair</sup>", "half &lt;sub&gt;a pair&lt;/sup&gt;")]
    [TestCase("`<br>` <sub onclick=\"x()\">2</sub>", "<code>&lt;br&gt;</code> &lt;sub onclick=\"x()\"&gt;2&lt;/sub&gt;")]
    public void The_few_tags_that_markdown_lacks_work_and_half_of_one_is_text(string markdown, string expected) => Html(markdown).ShouldContain(expected);

    [Test]
    public void A_footnote_is_a_number_that_tells_the_note_and_the_notes_are_listed()
    {
        var html = Html("One[^a] two[^b].\n\n[^b]: The *second*.\n[^a]: The first.\n\nThe end.");
        html.ShouldContain("One<sup class=\"footnote-ref\" title=\"The first.\">1</sup> two<sup class=\"footnote-ref\" title=\"The second.\">2</sup>.");
        html.ShouldContain("The end.</p>\n<div class=\"footnotes\"><ol><li dir=\"auto\"><p dir=\"auto\">The first.</p>");
        html.ShouldNotContain("[^");
    }

    [Test]
    public void Each_piece_of_text_runs_its_own_way_and_code_from_left_to_right()
    {
        var html = Html(Cases["22a"]);
        foreach (var expected in (string[])["<p dir=\"auto\">مرحبا", "<p dir=\"auto\">English", "<li dir=\"auto\">עברית", "<th dir=\"auto\">عربي", "<td dir=\"auto\">x", "<pre tabindex=\"0\" dir=\"ltr\">"])
            html.ShouldContain(expected);
    }

    [Test]
    public void Html_in_markdown_is_shown_as_the_text_it_is() =>
        Html("a <b onclick=\"x()\">b</b> <script>x()</script>").ShouldNotContain("<b");

    [Test]
    public void Links_leave_in_a_new_page_without_a_way_back()
    {
        var html = Html("[a](https://example.org)");
        html.ShouldContain("target=\"_blank\"");
        html.ShouldContain("rel=\"noopener noreferrer nofollow\"");
    }

    [Test]
    public void A_link_into_the_answer_itself_leads_nowhere_else() => Html("[Intro](#intro)").ShouldContain("<a>Intro</a>");

    [Test]
    public void A_picture_of_another_host_is_a_link_unless_that_host_is_allowed()
    {
        Html("![a cat](https://example.org/cat.png)").ShouldNotContain("<img");
        Html("![a cat](https://example.org/cat.png)").ShouldContain(">a cat</a><span class=\"image-why\" title=\"Loading it would tell example.org");
        Html("![a cat](https://example.org/cat.png)").ShouldContain("(picture from example.org, not loaded)");
        Html("[![a cat](https://example.org/cat.png)](https://example.net)").ShouldContain("(picture from example.org, not loaded)");
        var open = Create(new RenderingOptions { ImageHosts = ["example.org"] });
        string.Concat(open.Render("![a cat](https://example.org/cat.png)").Select(block => block.Html)).ShouldContain("<img");
        string.Concat(open.Render("![a cat](https://example.net/cat.png)").Select(block => block.Html)).ShouldNotContain("<img");
    }

    [Test]
    public void A_number_in_brackets_is_a_button_where_there_is_such_a_passage()
    {
        var scope = new CitationScope("p-", new HashSet<int> { 1 });
        var html = string.Concat(Renderer.Render("One [1], two [2], `[1]`, [[1]](https://example.org).", citations: scope).Select(block => block.Html));
        html.ShouldContain("One <button type=\"button\" class=\"citation\" popovertarget=\"p-1\">1</button>, two [2], <code>[1]</code>");
        html.Split("<button").Length.ShouldBe(2);
        Html("One [1]").ShouldNotContain("<button");
    }

    [Test]
    public void Numbered_passages_are_found_in_a_text()
    {
        ChatApp.Web.Turns.Passages.In("Read:\n[1] One\nmore\n[2]: Two\n\nWhat is it?", "file").Select(passage => (passage.Number, passage.Text, passage.Title))
            .ShouldBe([(1, "One\nmore", "file"), (2, "Two", "file")]);
        ChatApp.Web.Turns.Passages.In("In [1] the middle", null).ShouldBeEmpty();
    }

    [TestCaseSource(nameof(Hostile))]
    public void Nothing_hostile_passes(string markdown)
    {
        foreach (var block in Renderer.Render(markdown))
            AssertHarmless(block.Nodes);
    }

    [Test]
    public void Every_prefix_of_a_text_renders_and_is_harmless()
    {
        foreach (var text in Hostile())
        {
            IReadOnlyList<RenderedBlock>? previous = null;
            for (var length = 0; length <= text.Length; length++)
            {
                previous = Renderer.Render(text[..length], previous, growing: true);
                foreach (var block in previous)
                    AssertHarmless(block.Nodes);
            }
        }
    }

    [Test]
    public void Blocks_that_did_not_change_are_the_same_objects()
    {
        var first = Renderer.Render("# One\n\nTwo\n\nThr", growing: true);
        var second = Renderer.Render("# One\n\nTwo\n\nThree and", first, growing: true);
        second[0].ShouldBeSameAs(first[0]);
        second[1].ShouldBeSameAs(first[1]);
        second[2].ShouldNotBeSameAs(first[2]);
    }

    [Test]
    public void A_growing_text_ends_as_the_whole_text_renders()
    {
        const string Text = "# Title\n\nSome **bold** and `code`, [a link](https://example.org).\n\n```js\nlet a = 1;\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n- x\n- y\n";
        IReadOnlyList<RenderedBlock>? blocks = null;
        for (var length = 0; length <= Text.Length; length++)
            blocks = Renderer.Render(Text[..length], blocks, growing: length < Text.Length);
        blocks!.Select(block => block.Html).ShouldBe(Renderer.Render(Text).Select(block => block.Html));
    }

    [TestCase("some **bo", "some **bo**")]
    [TestCase("some **", "some ")]
    [TestCase("some `co", "some `co`")]
    [TestCase("see [the lin", "see the lin")]
    [TestCase("see [the link](https://ex", "see the link")]
    [TestCase("an *emph", "an *emph*")]
    [TestCase("```\n**not", "```\n**not")]
    [TestCase("2 * 3 * 4", "2 * 3 * 4")]
    [TestCase("done **bold** here", "done **bold** here")]
    [TestCase("- **a", "- **a**")]
    [TestCase("````\n```\n**not", "````\n```\n**not")]
    [TestCase("~~~\n```\n~~~\n\n**a", "~~~\n```\n~~~\n\n**a**")]
    [TestCase("    **not", "    **not")]
    [TestCase("\\[\na * **b", "\\[\na * **b")]
    [TestCase("| a | b |\n|---|---|\n| **x", "| a | b |\n|---|---|\n| **x**")]
    public void Open_markup_is_closed_for_now(string growing, string completed) =>
        UnfinishedMarkdown.Complete(growing, MarkdownRenderer.Read(growing, growing: true)).ShouldBe(completed);

    [TestCase(200_000, "[")]
    [TestCase(200_000, "*a ")]
    [TestCase(100_000, "> ")]
    [TestCase(100_000, "`")]
    [TestCase(50_000, "![")]
    [TestCase(50_000, "\\(")]
    [TestCase(50_000, "\\[\n")]
    [TestCase(50_000, "$$\\")]
    [TestCase(50_000, "<sub>")]
    public void A_text_made_to_be_slow_is_not(int length, string piece)
    {
        var text = string.Concat(Enumerable.Repeat(piece, length / piece.Length));
        var watch = Stopwatch.StartNew();
        Renderer.Render(text, growing: true);
        watch.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(20));
    }

    internal static IEnumerable<string> Hostile() =>
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<svg onload=alert(1)>",
        "[x](javascript:alert(1))",
        "[x](JaVaScRiPt:alert(1))",
        "[x](java&#10;script:alert(1))",
        "[x](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)",
        "[x](vbscript:alert(1))",
        "![x](javascript:alert(1))",
        "![x](data:image/svg+xml;base64,PHN2ZyBvbmxvYWQ9YWxlcnQoMSk+)",
        "![x\" onerror=\"alert(1)](https://example.org/x.png)",
        "<javascript:alert(1)>",
        "[x]: javascript:alert(1)\n\n[x]",
        "[x](https://example.org \"a\\\" onmouseover=alert(1) b\")",
        "```html onload=alert(1)\n<script>alert(1)</script>\n```",
        "```\"><img src=x onerror=alert(1)>\nx\n```",
        "```mermaid\ngraph LR\nA[\"<img src=x onerror=alert(1)>\"]\nclick A \"javascript:alert(1)\"\n```",
        "$\\href{javascript:alert(1)}{x}$",
        "$\" onfocus=alert(1) tabindex=1 x=\"$",
        "| <img src=x onerror=alert(1)> |\n|---|\n| <svg/onload=alert(1)> |",
        "# <iframe src=\"javascript:alert(1)\">",
        "- [x] <input type=image src=x onerror=alert(1)>",
        "<form action=javascript:alert(1)><button class=code-copy>x</button></form>",
        "<a href=\"https://example.org\" id=\"composer-input\" class=\"sidebar\" style=\"position:fixed;inset:0\">x</a>",
        "&lt;script&gt;alert(1)&lt;/script&gt;",
        "<math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=1 onerror=alert(1)&gt;\">",
        "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">",
        "\u0000<script>alert(1)</script>",
    ];

    private static void AssertHarmless(IEnumerable<HtmlNode> nodes)
    {
        foreach (var node in nodes)
        {
            if (node.Name is null)
                continue;
            node.Name.ShouldNotBeOneOf("script", "style", "iframe", "object", "embed", "form", "svg", "math", "link", "meta", "base", "template", "noscript");
            foreach (var (name, value) in node.Attributes)
            {
                name.ShouldNotStartWith("on");
                name.ShouldNotBeOneOf("id", "style", "srcdoc", "formaction", "action", "xlink:href");
                if (name is "href" or "src")
                    (value.StartsWith("https:", StringComparison.Ordinal) || value.StartsWith("http:", StringComparison.Ordinal)
                        || value.StartsWith("mailto:", StringComparison.Ordinal) || !value.Contains(':')).ShouldBeTrue($"{name}={value}");
                if (name == "class")
                    value.Split(' ').ShouldNotContain("sidebar");
            }

            AssertHarmless(node.Children);
        }
    }

    private static IEnumerable<string> FormulasIn(IEnumerable<HtmlNode> nodes) => nodes.SelectMany(node =>
        node.Name == "chat-math" ? [node.Attributes.Single(attribute => attribute.Key == "tex").Value] : FormulasIn(node.Children));

    private static string TextOf(IEnumerable<HtmlNode> nodes) => string.Concat(nodes.Select(node => node.Text ?? TextOf(node.Children)));

    private static string Html(string markdown) => string.Concat(Renderer.Render(markdown).Select(block => block.Html));

    private static MarkdownRenderer Create(RenderingOptions options)
    {
        var services = new ServiceCollection().AddLogging().AddLocalization().BuildServiceProvider();
        var text = services.GetRequiredService<IStringLocalizer<UiText>>();
        return new MarkdownRenderer(new HtmlPolicy(Options.Create(options), text), text);
    }
}
