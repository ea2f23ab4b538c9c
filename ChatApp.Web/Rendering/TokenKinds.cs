namespace ChatApp.Web.Rendering;

internal static class TokenKinds
{
    public static string CssClass(this TokenKind kind) => kind switch
    {
        TokenKind.Keyword => "t-keyword",
        TokenKind.Literal => "t-literal",
        TokenKind.Text => "t-text",
        TokenKind.Number => "t-number",
        TokenKind.Comment => "t-comment",
        TokenKind.Name => "t-name",
        TokenKind.Type => "t-type",
        TokenKind.Tag => "t-tag",
        TokenKind.Attribute => "t-attribute",
        TokenKind.Added => "t-added",
        TokenKind.Removed => "t-removed",
        TokenKind.Meta => "t-meta",
        _ => "t-plain",
    };
}

/// <summary>What a piece of code is, for its colour.</summary>
internal enum TokenKind
{
    Plain,
    Keyword,
    Literal,
    Text,
    Number,
    Comment,
    Name,
    Type,
    Tag,
    Attribute,
    Added,
    Removed,
    Meta,
}
