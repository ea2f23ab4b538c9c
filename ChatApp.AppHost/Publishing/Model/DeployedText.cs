using System.Collections;

namespace ChatApp.AppHost.Publishing.Model;

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

/// <summary>A piece of a text that is written before everything in it is known.</summary>
internal abstract record TextPart
{
    /// <summary>Known now.</summary>
    internal sealed record Literal(string Text) : TextPart;

    /// <summary>Said by whoever deploys.</summary>
    /// <param name="Name">In kebab case, as Aspire names parameters.</param>
    /// <param name="Default">Null: it has to be said. Always null for a secret, whatever the model knows of it.</param>
    internal sealed record Setting(string Name, string? Default, bool Secret, string? Description) : TextPart;

    /// <summary>Where browsers find a resource, which may be behind a proxy that ends TLS.</summary>
    internal sealed record PublicAddress(string Resource, int Port) : TextPart;
}
