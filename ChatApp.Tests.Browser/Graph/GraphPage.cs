using Aspire.Hosting;
using Aspire.Hosting.Testing;
using ChatApp.Tests.Graph;
using Microsoft.Playwright;

namespace ChatApp.Tests.Browser.Graph;

/// <summary>A person at the whole product: browser, web, edge, orchestrator and the bundled model.</summary>
internal abstract class GraphPage
{
    protected IBrowserContext Context { get; private set; } = null!;

    protected IPage Page { get; private set; } = null!;

    protected DistributedApplication Graph { get; private set; } = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        await ChromiumBrowser.GetAsync();
        Graph = await ProductGraph.SharedAsync();
    }

    [SetUp]
    public async Task OpenAsync()
    {
        Page = await OtherBrowserAsync();
        Context = Page.Context;
        await Page.GotoAsync("/");
        await Page.Locator("chat-composer[live]").WaitForAsync();
    }

    [TearDown]
    public async Task CloseAsync()
    {
        var pictures = Path.Combine(TestContext.CurrentContext.WorkDirectory, "TestResults", "screenshots");
        if (Page.Url.EndsWith("/account", StringComparison.Ordinal) || TestContext.CurrentContext.Test.MethodName!.StartsWith("A_person", StringComparison.Ordinal))
            await Page.GotoAsync("/account");
        await Page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(pictures, $"graph-{TestContext.CurrentContext.Test.MethodName}.png") });
        await Context.CloseAsync();
    }

    /// <summary>A page of another browser, with nothing of this one's.</summary>
    protected async Task<IPage> OtherBrowserAsync(int width = 1280, int height = 800, bool mobile = false)
    {
        var context = await (await ChromiumBrowser.GetAsync()).NewContextAsync(new BrowserNewContextOptions
        {
            BaseURL = Graph.GetEndpoint("web", "http").ToString(),
            ViewportSize = new ViewportSize { Width = width, Height = height },
            HasTouch = mobile,
            IsMobile = mobile,
        });
        context.SetDefaultTimeout(ChromiumBrowser.Patience);
        return await context.NewPageAsync();
    }

    protected async Task MenuAsync(string item)
    {
        await Page.Locator(".conversation.active").HoverAsync();
        await Page.Locator(".conversation.active .conversation-more").ClickAsync();
        await Page.Locator(".menu:popover-open").GetByRole(AriaRole.Menuitem, new() { Name = item, Exact = true }).ClickAsync();
    }

    protected async Task AskAsync(string text)
    {
        await Page.Locator("#composer-input").FillAsync(text);
        await Page.Keyboard.PressAsync("Enter");
    }

    /// <summary>Signs up on the account page; without a name the address stands for it.</summary>
    protected async Task SignUpAsync(string email, string password, string name = "")
    {
        await Page.GotoAsync("/account");
        await Page.Locator("#up-name").FillAsync(name);
        await Page.Locator("#up-email").FillAsync(email);
        await Page.Locator("#up-password").FillAsync(password);
        await Page.GetByRole(AriaRole.Button, new() { Name = "Sign up" }).ClickAsync();
    }

    protected Task SignInAsync(string email, string password) => SignInAsync(Page, email, password);

    protected static async Task SignInAsync(IPage page, string email, string password)
    {
        await page.GotoAsync("/account");
        await page.Locator("#in-email").FillAsync(email);
        await page.Locator("#in-password").FillAsync(password);
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
    }
}
