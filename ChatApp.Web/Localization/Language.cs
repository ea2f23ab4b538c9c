namespace ChatApp.Web.Localization;

/// <summary>A language of the page, by its code and by its own name.</summary>
public sealed record Language(string Code, string Name);
