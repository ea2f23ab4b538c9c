using ChatApp.Tests.Web;
using Microsoft.Playwright;

namespace ChatApp.Tests.Browser;

/// <summary>A page of the web project in a browser, over an Api that answers by a script.</summary>
internal abstract class ScriptedPageTests
{
    private static readonly string Pictures = Path.Combine(TestContext.CurrentContext.WorkDirectory, "TestResults", "screenshots");

    private readonly List<string> _errors = [];

    protected static ScriptedApi Api { get; private set; } = null!;

    protected static WebProcess Web { get; private set; } = null!;

    protected IBrowserContext Context { get; private set; } = null!;

    protected IPage Page { get; private set; } = null!;

    /// <summary>What the browser complained about: errors of scripts and breaches of the security policy.</summary>
    protected IReadOnlyList<string> Errors => _errors;

    [OneTimeSetUp]
    public async Task StartServersAsync()
    {
        await ChromiumBrowser.GetAsync();
        (Api, Web) = await ScriptedServers.GetAsync();
    }

    [SetUp]
    public async Task OpenBrowserAsync()
    {
        Api.RemoveAll();
        Api.Down = false;
        Api.Accounts.Required = false;
        Api.Accounts.ExpiresIn = 600;
        Api.Accounts.Kind = "local";
        Api.Accounts.Role = "user";
        (Api.Accounts.Keys, Api.Accounts.IsFirst, Api.Tools) = (0, false, []);
        Api.Answer = (_, turn) => turn.SayAsync("Hello.");
        Context = await NewContextAsync();
        Page = await NewPageAsync(Context);
    }

    [TearDown]
    public async Task CloseBrowserAsync()
    {
        if (TestContext.CurrentContext.Result.FailCount > 0)
        {
            await PictureAsync($"failed-{TestContext.CurrentContext.Test.MethodName}");
            TestContext.Out.WriteLine(string.Join('\n', _errors));
            TestContext.Out.WriteLine(Web.Output);
        }

        _errors.Clear();
        await Context.CloseAsync();
    }

    protected static async Task<IBrowserContext> NewContextAsync(int width = 1280, int height = 800, bool mobile = false) =>
        await (await ChromiumBrowser.GetAsync()).NewContextAsync(new BrowserNewContextOptions
        {
            BaseURL = Web.Address,
            ViewportSize = new ViewportSize { Width = width, Height = height },
            HasTouch = mobile,
            IsMobile = mobile,
            Permissions = ["clipboard-read", "clipboard-write"],
        });

    protected async Task<IPage> NewPageAsync(IBrowserContext context)
    {
        var page = await context.NewPageAsync();
        page.SetDefaultTimeout(ChromiumBrowser.Patience);
        page.PageError += (_, error) => _errors.Add(error);
        page.Console += (_, message) =>
        {
            if (message.Type == "error")
                _errors.Add(message.Text);
        };
        return page;
    }

    /// <summary>Opens a page and waits until its circuit is there.</summary>
    protected static async Task OpenAsync(IPage page, string path = "/")
    {
        await page.GotoAsync(path);
        await page.Locator("chat-composer[live]").WaitForAsync();
    }

    protected static async Task AskAsync(IPage page, string text)
    {
        await page.Locator("#composer-input").FillAsync(text);
        await page.Keyboard.PressAsync("Enter");
    }

    /// <summary>Waits until all is drawn and nothing moves any more.</summary>
    protected static Task SettledAsync(IPage page) => page.WaitForFunctionAsync("""
        async () => {
          for (let frame = 0; frame < 2; frame++)
            await new Promise(done => requestAnimationFrame(done));
          const all = (selector, drawn) => [...document.querySelectorAll(selector)].every(drawn);
          return document.fonts.status === 'loaded'
            && all('img', image => image.complete)
            && all('chat-math', math => math.querySelector('.katex') || math.classList.contains('plain'))
            && all('chat-diagram', diagram => diagram.dataset.drawn !== undefined)
            && !document.getAnimations().some(animation => animation.playState === 'running' && Number.isFinite(animation.effect?.getComputedTiming().endTime));
        }
        """);

    protected static ILocator Answers(IPage page) => page.Locator("article.assistant");

    /// <summary>Kept among the results of the tests, to be looked at.</summary>
    protected Task PictureAsync(string name, IPage? page = null)
    {
        Directory.CreateDirectory(Pictures);
        return (page ?? Page).ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(Pictures, $"{name}.png") });
    }
}
