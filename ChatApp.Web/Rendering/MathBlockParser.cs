using Markdig.Extensions.Mathematics;
using Markdig.Helpers;
using Markdig.Parsers;
using Markdig.Syntax;

namespace ChatApp.Web.Rendering;

/// <summary>
/// Formulas that begin a line: <c>\[…\]</c> and <c>$$…$$</c>, over as many lines as they take. Between delimiters on lines of their own
/// there may be blank lines; what has no end is no formula, unless more text is still to come.
/// </summary>
internal sealed class MathBlockParser : BlockParser
{
    /// <summary>The property of a parser's context that says that the text is still arriving.</summary>
    public static readonly object Growing = new();

    private static readonly object s_delimiter = new();

    public MathBlockParser() => OpeningCharacters = ['\\', '$'];

    public override BlockState TryOpen(BlockProcessor processor)
    {
        if (processor.IsCodeIndent)
            return BlockState.None;
        var line = processor.Line;
        var delimiter = MathDelimiter.At(line.AsSpan());
        if (delimiter is not { IsDisplay: true } || !IsWhole(delimiter, line, processor.Context?.Properties.ContainsKey(Growing) == true))
            return BlockState.None;

        var block = new MathBlock(this) { Column = processor.Column, Span = new SourceSpan(line.Start, line.End) };
        block.SetData(s_delimiter, delimiter);
        processor.NewBlocks.Push(block);
        line.Start += delimiter.Opening.Length;
        var closing = delimiter.FindClosing(line.AsSpan());
        if (closing >= 0)
            line.End = line.Start + closing - 1;
        Append(processor, block, line);
        return closing >= 0 ? BlockState.BreakDiscard : BlockState.ContinueDiscard;
    }

    public override BlockState TryContinue(BlockProcessor processor, Block block)
    {
        var line = processor.Line;
        block.UpdateSpanEnd(line.End);
        var closing = ((MathDelimiter)block.GetData(s_delimiter)!).FindClosing(line.AsSpan());
        if (closing >= 0)
            line.End = line.Start + closing - 1;
        Append(processor, (MathBlock)block, line);
        return closing >= 0 ? BlockState.BreakDiscard : BlockState.ContinueDiscard;
    }

    private static void Append(BlockProcessor processor, MathBlock block, StringSlice line)
    {
        if (line.Length > 0)
            block.AppendLine(ref line, processor.Column, processor.LineIndex, line.Start, trackTrivia: false);
    }

    /// <summary>Looks ahead for the end, behind which the line must have nothing more.</summary>
    private static bool IsWhole(MathDelimiter delimiter, StringSlice line, bool growing)
    {
        var text = line.Text.AsSpan(line.Start + delimiter.Opening.Length);
        var isAlone = LineAt(text, 0).IsWhiteSpace();
        var closing = delimiter.FindClosing(text);
        if (closing < 0)
            return growing && isAlone;
        if (!LineAt(text, closing + delimiter.Closing.Length).IsWhiteSpace())
            return false;
        var inside = text[..closing];
        return !inside.IsWhiteSpace() && (isAlone || !HasBlankLine(inside));
    }

    private static ReadOnlySpan<char> LineAt(ReadOnlySpan<char> text, int at)
    {
        var rest = text[at..];
        var end = rest.IndexOf('\n');
        return end < 0 ? rest : rest[..end];
    }

    private static bool HasBlankLine(ReadOnlySpan<char> text)
    {
        foreach (var line in text.EnumerateLines())
        {
            if (line.IsWhiteSpace())
                return true;
        }

        return false;
    }
}
