namespace ChatApp.Web.Preferences;

/// <summary>How a person wants the page; kept in cookies so that the first paint is already right.</summary>
public sealed record UiPreferences
{
    public const string ThemeCookie = "chatapp.theme";
    public const string FontCookie = "chatapp.font";
    public const string SidebarCookie = "chatapp.sidebar";
    public const string ModelCookie = "chatapp.model";

    public static IReadOnlyList<string> Themes { get; } = ["system", "light", "dark"];

    public static IReadOnlyList<string> FontSizes { get; } = ["small", "medium", "large", "huge"];

    public string Theme { get; init; } = "system";

    public string FontSize { get; init; } = "medium";

    public bool SidebarHidden { get; init; }

    public string? Model { get; init; }

    /// <summary>Name of the viewer's time zone.</summary>
    public string? Zone { get; init; }

    public static UiPreferences From(IRequestCookieCollection cookies) => new()
    {
        Theme = Known(Themes, cookies[ThemeCookie], "system"),
        FontSize = Known(FontSizes, cookies[FontCookie], "medium"),
        SidebarHidden = cookies[SidebarCookie] == "hidden",
        Model = cookies[ModelCookie] is { Length: > 0 and <= 200 } model ? model : null,
        Zone = cookies[ViewerZone.CookieName],
    };

    private static string Known(IReadOnlyList<string> values, string? value, string otherwise) =>
        value is not null && values.Contains(value) ? value : otherwise;
}
