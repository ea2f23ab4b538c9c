namespace ChatApp.Web.Rendering;

/// <summary>What a piece of code is, for its colour.</summary>
public enum TokenKind
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
