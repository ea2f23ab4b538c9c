namespace ChatApp.Web.Rendering;

/// <summary>A run of code of one kind.</summary>
public readonly record struct CodeToken(TokenKind Kind, int Start, int Length);
