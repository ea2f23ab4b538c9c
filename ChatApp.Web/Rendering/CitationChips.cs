using System.Globalization;
using System.Text.RegularExpressions;
using AngleSharp.Dom;

namespace ChatApp.Web.Rendering;

/// <summary>Turns <c>[n]</c> in sanitised text into a button that opens passage n. Code, links and formulas stay as they are.</summary>
internal static partial class CitationChips
{
    private static readonly HashSet<string> Closed = ["a", "code", "pre", "button", "chat-math", "chat-diagram"];

    public static void Insert(IElement body, CitationScope citations)
    {
        foreach (var text in TextsOf(body).ToList())
        {
            var matches = Reference().Matches(text.Data).Where(match => citations.Numbers.Contains(NumberOf(match))).ToList();
            if (matches.Count == 0)
                continue;
            var document = body.Owner!;
            var at = 0;
            foreach (var match in matches)
            {
                if (match.Index > at)
                    text.Parent!.InsertBefore(document.CreateTextNode(text.Data[at..match.Index]), text);
                text.Parent!.InsertBefore(Chip(document, citations.Prefix, NumberOf(match)), text);
                at = match.Index + match.Length;
            }

            text.Data = text.Data[at..];
        }
    }

    private static IElement Chip(IDocument document, string prefix, int number)
    {
        var label = number.ToString(CultureInfo.InvariantCulture);
        var chip = document.CreateElement("button");
        chip.SetAttribute("type", "button");
        chip.SetAttribute("class", "citation");
        chip.SetAttribute("popovertarget", prefix + label);
        chip.TextContent = label;
        return chip;
    }

    private static IEnumerable<IText> TextsOf(INode node)
    {
        foreach (var child in node.ChildNodes)
        {
            if (child is IText text)
                yield return text;
            else if (child is IElement element && !Closed.Contains(element.LocalName))
            {
                foreach (var inner in TextsOf(element))
                    yield return inner;
            }
        }
    }

    private static int NumberOf(Match match) => int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"\[([0-9]{1,3})\]", RegexOptions.None, 100)]
    private static partial Regex Reference();
}
