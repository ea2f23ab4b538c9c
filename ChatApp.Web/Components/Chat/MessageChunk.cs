using ChatApp.Web.Turns;

namespace ChatApp.Web.Components.Chat;

/// <summary>A stretch of a conversation that is drawn, or replaced by its height, as one.</summary>
internal sealed record MessageChunk(int Index, IReadOnlyList<MessageNode> Nodes)
{
    public const int Size = 12;

    private const int MessageChrome = 72;
    private const int LineHeight = 26;
    private const int CharactersPerLine = 85;
    private const int HighestQuestion = 290;

    public int EstimatedHeight => Nodes.Sum(HeightOf);

    public static IEnumerable<MessageChunk> Of(IReadOnlyList<MessageNode> path)
    {
        for (var start = 0; start < path.Count; start += Size)
            yield return new MessageChunk(start / Size, [.. path.Skip(start).Take(Size)]);
    }

    private static int HeightOf(MessageNode node)
    {
        var text = LineHeight * (1 + (node.Text.Length / CharactersPerLine));
        return MessageChrome + (node.IsUser ? Math.Min(text, HighestQuestion) : text);
    }
}
