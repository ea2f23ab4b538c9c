namespace ChatApp.AppHost.Publishing;

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
