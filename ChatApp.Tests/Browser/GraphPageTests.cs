using Aspire.Hosting;
using Aspire.Hosting.Testing;
using ChatApp.Tests.Graph;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace ChatApp.Tests.Browser;

/// <summary>A person at the whole product: browser, web, edge, orchestrator and the bundled model.</summary>
internal sealed class GraphPageTests
{
    private IBrowserContext _context = null!;
    private IPage _page = null!;
    private DistributedApplication _graph = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        await ChromiumBrowser.GetAsync();
        _graph = await ProductGraph.SharedAsync();
    }

    [SetUp]
    public async Task OpenAsync()
    {
        _context = await (await ChromiumBrowser.GetAsync()).NewContextAsync(new BrowserNewContextOptions
        {
            BaseURL = _graph.GetEndpoint("web", "http").ToString(),
            ViewportSize = new ViewportSize { Width = 1280, Height = 800 },
        });
        _page = await _context.NewPageAsync();
        _page.SetDefaultTimeout(30_000);
        await _page.GotoAsync("/");
        await _page.Locator("chat-composer[live]").WaitForAsync();
    }

    [TearDown]
    public async Task CloseAsync()
    {
        var pictures = Path.Combine(TestContext.CurrentContext.WorkDirectory, "TestResults", "screenshots");
        if (_page.Url.EndsWith("/account", StringComparison.Ordinal) || TestContext.CurrentContext.Test.MethodName!.StartsWith("A_person", StringComparison.Ordinal))
            await _page.GotoAsync("/account");
        await _page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(pictures, $"graph-{TestContext.CurrentContext.Test.MethodName}.png") });
        await _context.CloseAsync();
    }

    [Test]
    public async Task A_question_is_answered_and_the_conversation_is_there_after_a_reload()
    {
        await AskAsync("Tell me a short story.");
        var answer = _page.Locator("article.assistant");
        await Expect(answer).ToHaveAttributeAsync("data-status", "Completed", new() { Timeout = 60_000 });
        var text = (await answer.Locator(".markdown").TextContentAsync())!.Trim();
        text.ShouldNotBeEmpty();

        await Expect(_page).ToHaveURLAsync(new System.Text.RegularExpressions.Regex("/c/conv_"));
        await _page.ReloadAsync();
        await Expect(_page.Locator("article.assistant .markdown")).ToHaveTextAsync(text);
        await Expect(_page.Locator(".message.user")).ToContainTextAsync("Tell me a short story.");
    }

    [Test]
    public async Task An_answer_is_made_again_and_a_question_changed()
    {
        await AskAsync("Hello");
        await Expect(_page.Locator("article.assistant")).ToHaveAttributeAsync("data-status", "Completed", new() { Timeout = 60_000 });
        await _page.GetByRole(AriaRole.Button, new() { Name = "Answer again" }).ClickAsync();
        await Expect(_page.Locator("article.assistant .branch-count")).ToHaveTextAsync("2/2", new() { Timeout = 60_000 });
        await Expect(_page.Locator("article.assistant")).ToHaveAttributeAsync("data-status", "Completed", new() { Timeout = 60_000 });

        await _page.Locator(".message.user").HoverAsync();
        await _page.Locator("[data-edit-message]").ClickAsync();
        await _page.Locator("textarea[data-edit]").FillAsync("Good morning");
        await _page.Locator("[data-edit-save]").ClickAsync();
        await Expect(_page.Locator(".message.user .branch-count")).ToHaveTextAsync("2/2");
        await Expect(_page.Locator("article.assistant")).ToHaveAttributeAsync("data-status", "Completed", new() { Timeout = 60_000 });
    }

    [Test]
    public async Task A_second_browser_sees_the_answer_of_the_first()
    {
        await AskAsync("Tell me a story");
        await Expect(_page).ToHaveURLAsync(new System.Text.RegularExpressions.Regex("/c/conv_"));
        var second = await (await ChromiumBrowser.GetAsync()).NewContextAsync(new BrowserNewContextOptions { BaseURL = _graph.GetEndpoint("web", "http").ToString() });
        var page = await second.NewPageAsync();
        await page.GotoAsync(new Uri(_page.Url).AbsolutePath);
        await Expect(_page.Locator("article.assistant")).ToHaveAttributeAsync("data-status", "Completed", new() { Timeout = 60_000 });
        await Expect(page.Locator("article.assistant .markdown")).ToHaveTextAsync((await _page.Locator("article.assistant .markdown").TextContentAsync())!.Trim());
        await second.CloseAsync();
    }

    [Test]
    public async Task A_person_signs_up_makes_a_key_signs_out_and_in_again()
    {
        var email = $"person-{Guid.NewGuid():N}@example.org";
        await _page.GotoAsync("/account");
        await _page.Locator("#up-name").FillAsync("Ada");
        await _page.Locator("#up-email").FillAsync(email);
        await _page.Locator("#up-password").FillAsync("a long enough secret 17");
        await _page.GetByRole(AriaRole.Button, new() { Name = "Sign up" }).ClickAsync();
        await Expect(_page.Locator(".facts-list")).ToContainTextAsync(email);
        await Expect(_page.Locator("#sidebar")).ToContainTextAsync("Ada");

        await _page.Locator("#key-name").FillAsync("My script");
        await _page.GetByRole(AriaRole.Button, new() { Name = "Create key" }).ClickAsync();
        await Expect(_page.Locator(".secret code")).ToContainTextAsync("sk-");
        await Expect(_page.Locator(".lines").First).ToContainTextAsync("My script");

        await _page.Locator("form[data-session=sign-out] button").ClickAsync();
        await _page.Locator(".welcome").WaitForAsync();
        await Expect(_page.Locator("#sidebar")).Not.ToContainTextAsync("Ada");
        await _page.GotoAsync("/account");
        await _page.Locator("#in-email").FillAsync(email);
        await _page.Locator("#in-password").FillAsync("not the secret");
        await _page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
        await Expect(_page.Locator("form[data-session=sign-in] [role=alert]")).Not.ToBeEmptyAsync();
        await _page.Locator("#in-password").FillAsync("a long enough secret 17");
        await _page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
        await Expect(_page.Locator("#sidebar")).ToContainTextAsync("Ada");
    }

    private async Task AskAsync(string text)
    {
        await _page.Locator("#composer-input").FillAsync(text);
        await _page.Keyboard.PressAsync("Enter");
    }
}
