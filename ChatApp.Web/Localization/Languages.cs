namespace ChatApp.Web.Localization;

public static class Languages
{
    public const string Default = "en";

    public static IReadOnlyList<Language> All { get; } = [new("en", "English"), new("de", "Deutsch")];
}
