using ChatApp.Web.Rendering;
using FsCheck;
using FsCheck.Fluent;

namespace ChatApp.Tests.Web;

internal sealed class CodeLexerTests
{
    private static readonly string[] Names = ["csharp", "python", "bash", "json", "yaml", "html", "diff", "sql", "rust", "css", "text"];

    [Test]
    public void Tokens_cover_the_code_exactly_once_whatever_it_is()
    {
        var pieces = Gen.Elements("if", "\"", "'", "/*", "*/", "//", "#", "\n", " ", "<a b='", ">", "\\", "12.5", "{", ":", "=", "ä", "\"\"\"", "`", "<!--", "+x", "-y", "@");
        var code = pieces.ListOf().Select(list => string.Concat(list));
        Prop.ForAll(Gen.Zip(code, Gen.Elements(Names)).ToArbitrary(), input =>
        {
            var next = 0;
            foreach (var token in CodeLexer.Lex(input.Item1, CodeLanguage.Find(input.Item2)))
            {
                if (token.Start != next)
                    return false;
                next = token.Start + token.Length;
            }

            return next == input.Item1.Length;
        }).QuickCheckThrowOnFailure();
    }

    [TestCase("csharp", "var x = \"a\"; // c", "var:Keyword", "\"a\":Text", "// c:Comment")]
    [TestCase("python", "def f(): return True", "def:Keyword", "f:Name", "True:Literal")]
    [TestCase("json", "{\"a\": 1.5}", "\"a\":Attribute", "1.5:Number")]
    [TestCase("html", "<a href=\"x\">t</a>", "<a:Tag", "href:Attribute", "\"x\":Text")]
    [TestCase("sql", "SELECT a FROM b -- c", "SELECT:Keyword", "FROM:Keyword", "-- c:Comment")]
    [TestCase("bash", "echo $# # count", "# count:Comment")]
    public void Words_get_their_colour(string language, string code, params string[] expected)
    {
        var tokens = CodeLexer.Lex(code, CodeLanguage.Find(language)).Select(token => $"{code.Substring(token.Start, token.Length)}:{token.Kind}").ToList();
        foreach (var token in expected)
            tokens.ShouldContain(token);
    }
}
