namespace ChatApp.Web.Components.Account;

/// <summary>A browser's short name out of what it calls itself: "Firefox · Windows".</summary>
internal static class BrowserName
{
    // Each is named before those whose name it also carries.
    private static readonly (string Mark, string Name)[] Browsers =
        [("Edg", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("CriOS/", "Chrome"), ("Safari/", "Safari")];

    private static readonly (string Mark, string Name)[] Systems =
        [("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"), ("Mac OS", "macOS"), ("CrOS", "ChromeOS"), ("Linux", "Linux")];

    /// <returns>What is known of it; the text itself where nothing is.</returns>
    public static string Of(string userAgent)
    {
        var known = string.Join(" · ", new[] { Find(Browsers, userAgent), Find(Systems, userAgent) }.OfType<string>());
        return known.Length > 0 ? known : userAgent;
    }

    private static string? Find((string Mark, string Name)[] names, string text) =>
        names.FirstOrDefault(known => text.Contains(known.Mark, StringComparison.Ordinal)).Name;
}
