namespace ChatApp.Web.Localization;

internal static class Languages
{
    public const string Default = "en";

    public static IReadOnlyList<Language> All { get; } = [new("en", "English"), new("de", "Deutsch")];
}

/// <summary>A language of the page, by its code and by its own name.</summary>
internal sealed record Language(string Code, string Name);
