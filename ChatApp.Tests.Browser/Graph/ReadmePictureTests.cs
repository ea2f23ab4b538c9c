using Aspire.Hosting.Testing;
using ChatApp.Tests.Graph;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace ChatApp.Tests.Browser.Graph;

/// <summary>Takes the pictures of the README from a real conversation with the bundled model; run by <c>docs/images/refresh</c>, not with the tests.</summary>
[Category("Long")]
[Explicit("Writes docs/images: run it by docs/images/refresh.")]
internal sealed class ReadmePictureTests
{
    private static string[] Prompts => Environment.GetEnvironmentVariable("CHATAPP_PICTURE_PROMPTS")?.Split('|', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
        ?? ["My name is Robin and I live in Oslo", "Where do I live?", "what is 17 * 23?"];

    [Test]
    public async Task The_pictures_show_a_real_conversation()
    {
        var graph = await ProductGraph.SharedAsync();
        var browser = await ChromiumBrowser.GetAsync();
        var address = graph.GetEndpoint("web", "http").ToString();
        string? path = null;
        foreach (var (name, width, height, scheme) in new[] { ("chat", 1280, 800, ColorScheme.Light), ("chat-dark", 1280, 800, ColorScheme.Dark), ("chat-mobile", 390, 780, ColorScheme.Light) })
        {
            var context = await browser.NewContextAsync(new BrowserNewContextOptions { BaseURL = address, ViewportSize = new ViewportSize { Width = width, Height = height }, ColorScheme = scheme });
            var page = await context.NewPageAsync();
            await page.GotoAsync(path ?? "/");
            await page.Locator("chat-composer[live]").WaitForAsync();
            if (path is null)
                path = await ConverseAsync(page);
            await Expect(page.Locator("article.assistant")).ToHaveCountAsync(Prompts.Length);
            await Expect(page.Locator(".topbar-title .visually-hidden, .running-dot")).ToHaveCountAsync(0);
            await page.Locator("#composer-input").EvaluateAsync("input => input.blur()");
            await page.Mouse.MoveAsync(0, 0);
            await page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(Checkout.PathTo("docs", "images"), $"{name}.png") });
            await context.CloseAsync();
        }
    }

    private static async Task<string> ConverseAsync(IPage page)
    {
        for (var i = 0; i < Prompts.Length; i++)
        {
            await page.Locator("#composer-input").FillAsync(Prompts[i]);
            await page.Keyboard.PressAsync("Enter");
            await Expect(page.Locator("article.assistant")).ToHaveCountAsync(i + 1);
            await Expect(page.Locator("article.assistant").Last).ToHaveAttributeAsync("data-status", "Completed", new() { Timeout = 120_000 });
        }

        // The title comes a moment after the first answer.
        await Expect(page.Locator(".conversation.active")).Not.ToContainTextAsync("New chat");
        return new Uri(page.Url).AbsolutePath;
    }
}
