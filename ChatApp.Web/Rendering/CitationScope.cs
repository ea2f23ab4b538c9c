namespace ChatApp.Web.Rendering;

/// <summary>Which numbers in brackets point to a passage, and how the element that shows it is called.</summary>
/// <param name="Prefix">Its id is this and the number.</param>
/// <param name="Numbers">Other numbers stay the text that they are.</param>
public sealed record CitationScope(string Prefix, IReadOnlySet<int> Numbers)
{
    public bool SameAs(CitationScope? other) => other is not null && Prefix == other.Prefix && Numbers.SetEquals(other.Numbers);
}
