using Microsoft.Playwright;

namespace ChatApp.Tests.Browser;

/// <summary>One headless Chromium for all browser tests: an installed one, else the one Playwright keeps.</summary>
internal static class ChromiumBrowser
{
    /// <summary>How long a test waits for what it needs, in milliseconds.</summary>
    public const float Patience = 60_000;

    private static readonly string[] Arguments =
    [
        "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
        "--disable-component-update", "--disable-sync",
    ];

    private static readonly Lazy<Task<(IBrowser? Browser, string? Reason)>> Shared = new(StartAsync);

    /// <summary>The browser; without one the test is skipped, or fails where everything must run.</summary>
    public static async Task<IBrowser> GetAsync()
    {
        var (browser, reason) = await Shared.Value;
        if (browser is not null)
            return browser;
        if (Environment.GetEnvironmentVariable("CHATAPP_CI") == "1")
            Assert.Fail(reason!);
        Assert.Ignore(reason!);
        throw new InvalidOperationException(reason);
    }

    private static async Task<(IBrowser? Browser, string? Reason)> StartAsync()
    {
        // Conditions are waited for, however slow the machine is; what holds at once costs nothing.
        Assertions.SetDefaultExpectTimeout(Patience);
        var playwright = await Playwright.CreateAsync();
        var path = Candidates(playwright).FirstOrDefault(File.Exists);
        if (path is null)
            return (null, "No Chromium was found: install one (Debian: apt-get install chromium), or name it in CHROMIUM_PATH.");
        return (await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions { ExecutablePath = path, Headless = true, Args = Arguments }), null);
    }

    private static IEnumerable<string> Candidates(IPlaywright playwright)
    {
        if (Environment.GetEnvironmentVariable("CHROMIUM_PATH") is { Length: > 0 } named)
            yield return named;
        foreach (var folder in (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries))
        {
            foreach (var name in new[] { "chromium", "chromium-browser", "google-chrome", "google-chrome-stable" })
                yield return Path.Combine(folder, name);
        }

        yield return playwright.Chromium.ExecutablePath;
    }
}
