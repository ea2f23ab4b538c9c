using System.Collections;

namespace ChatApp.AppHost.Publishing;

/// <summary>A text of the model, such as a connection string, as far as it is known before it is deployed.</summary>
internal sealed class DeployedText(IEnumerable<TextPart> parts) : IReadOnlyList<TextPart>
{
    private readonly TextPart[] _parts = [.. Merge(parts)];

    public int Count => _parts.Length;

    public IEnumerable<TextPart.Setting> Settings => _parts.OfType<TextPart.Setting>();

    public TextPart this[int index] => _parts[index];

    /// <summary>The whole text, each part as <paramref name="write"/> has it.</summary>
    public string Write(Func<TextPart, string> write) => string.Concat(_parts.Select(write));

    public IEnumerator<TextPart> GetEnumerator() => _parts.AsEnumerable().GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private static IEnumerable<TextPart> Merge(IEnumerable<TextPart> parts)
    {
        var text = "";
        foreach (var part in parts)
        {
            if (part is TextPart.Literal literal)
            {
                text += literal.Text;
                continue;
            }

            if (text.Length > 0)
                yield return new TextPart.Literal(text);
            text = "";
            yield return part;
        }

        if (text.Length > 0)
            yield return new TextPart.Literal(text);
    }
}
