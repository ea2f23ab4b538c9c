using Deque.AxeCore.Commons;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace ChatApp.Tests.Browser;

internal sealed class AccessibilityTests : ScriptedPageTests
{
    private static readonly string[] s_tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
    private static readonly string s_axe = new BundledAxeScriptProvider().GetScript();

    private const string Answer = "## Title\n\nText with `code`, a [link](https://example.org) and **bold**.\n\n```csharp\n// comment\nvar x = \"text\" + 12;\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n- [x] done\n- open\n\n> quote";

    [TestCase(1280)]
    [TestCase(360)]
    public async Task Axe_finds_nothing_on_any_page(int width)
    {
        var page = await NewPageAsync(await NewContextAsync(width, 800, mobile: width < 800));
        await OpenAsync(page);
        await CheckAsync(page, "welcome");

        var conversation = Api.AddConversation("Everything", "Question", Answer, "More", "Short answer.");
        await OpenAsync(page, $"/c/{conversation.Id}");
        await Expect(Answers(page).Last).ToBeVisibleAsync();
        await CheckAsync(page, "conversation");

        if (width < 800)
            await page.Locator(".sidebar-open").ClickAsync();
        await page.Locator("[data-dialog=settings]").ClickAsync();
        await CheckAsync(page, "settings");
        await page.Keyboard.PressAsync("Escape");
        await page.Locator("[data-dialog=shortcuts]").ClickAsync();
        await CheckAsync(page, "shortcuts");
        await page.Keyboard.PressAsync("Escape");
        (Api.Accounts.Kind, Api.Accounts.Role) = ("account", "admin");
        await page.GotoAsync("/account");
        await page.Locator("#data").WaitForAsync();
        await page.Locator(".chart").WaitForAsync();
        await CheckAsync(page, "account");
        await page.Locator("[data-dialog=delete-account]").ClickAsync();
        await CheckAsync(page, "delete account");
        foreach (var section in new[] { "users", "plans", "models", "usage", "bans", "audit" })
        {
            await page.GotoAsync($"/admin/{section}");
            await page.Locator("[data-live=true]:not(:has(.skeleton))").WaitForAsync();
            await CheckAsync(page, section);
        }

        await page.GotoAsync("/?temporary=true");
        await page.Locator("chat-composer[live]").WaitForAsync();
        await CheckAsync(page, "temporary");
        Api.Shares["token"] = conversation;
        await page.GotoAsync("/shared/token");
        await Expect(page.Locator(".markdown table")).ToBeVisibleAsync();
        await CheckAsync(page, "shared");
        await page.GotoAsync("/nothing/here");
        await CheckAsync(page, "not found");
        await page.Context.CloseAsync();
    }

    [Test]
    public async Task Axe_finds_nothing_in_menus_dialogs_and_on_pages_of_failure()
    {
        var conversation = Api.AddConversation("Everything", "Question", Answer);
        await OpenAsync(Page, $"/c/{conversation.Id}");
        await Page.Locator(".model-button").ClickAsync();
        await CheckAsync(Page, "models");
        await Page.Keyboard.PressAsync("Escape");
        await Page.Locator(".topbar").GetByRole(AriaRole.Button, new() { Name = "Share" }).ClickAsync();
        await Page.GetByRole(AriaRole.Button, new() { Name = "Create link" }).ClickAsync();
        await Page.Locator("#share .secret").WaitForAsync();
        await CheckAsync(Page, "share");
        await Page.Keyboard.PressAsync("Escape");
        await Page.Locator(".conversation").HoverAsync();
        await Page.Locator(".conversation-more").ClickAsync();
        await CheckAsync(Page, "conversation's menu");
        await Page.Locator(".menu:popover-open").GetByRole(AriaRole.Menuitem, new() { Name = "Move to folder …" }).ClickAsync();
        await Page.Locator("#move[open]").WaitForAsync();
        await CheckAsync(Page, "move");
        foreach (var path in new[] { "/c/conv_unknown", "/error", "/offline" })
        {
            await Page.GotoAsync(path);
            await Page.Locator(":is(h1, h2):visible").Last.WaitForAsync();
            await CheckAsync(Page, path);
        }
    }

    [Test]
    public async Task Axe_finds_nothing_while_an_answer_streams_fails_and_is_edited()
    {
        Api.Answer = async (_, turn) =>
        {
            turn.Write("tool_call", new { Id = "1", Name = "search", ArgumentsJson = "{}" });
            turn.Write("reasoning", new { Text = "Thinking." });
            await turn.SayAsync("Half an answer");
            await turn.Gate.Task;
            throw new InvalidOperationException("The model has gone.");
        };
        await OpenAsync(Page);
        await AskAsync(Page, "Go");
        await Expect(Answers(Page)).ToContainTextAsync("Half an answer");
        await AskAsync(Page, "Next");
        await CheckAsync(Page, "streaming");
        Api.Turns.Single().Gate.SetResult();
        await Expect(Page.Locator(".error-note")).ToBeVisibleAsync();
        await CheckAsync(Page, "failed");
        await Page.Locator(".message.user").HoverAsync();
        await Page.Locator("[data-edit-message]").ClickAsync();
        await CheckAsync(Page, "editing");
    }

    [Test]
    public async Task Axe_finds_what_is_wrong()
    {
        await OpenAsync(Page);
        await Page.EvaluateAsync("() => document.querySelector('main').append(document.createElement('button'))");
        (await ViolationsAsync(Page, "welcome", "tag", s_tags)).ShouldHaveSingleItem().ShouldStartWith("welcome: button-name");
    }

    [Test]
    public async Task A_screen_reader_hears_an_answer_sentence_by_sentence()
    {
        Api.Answer = async (_, turn) =>
        {
            await turn.SayAsync("The first sentence. And the second");
            await turn.Gate.Task;
            await turn.SayAsync(" one ends.");
        };
        await OpenAsync(Page);
        await AskAsync(Page, "Go");
        var log = Page.Locator("[role=log]");
        await Expect(log).ToContainTextAsync("The first sentence.");
        await Expect(log).Not.ToContainTextAsync("And the second");
        Api.Turns.Single().Gate.SetResult();
        await Expect(log).ToContainTextAsync("And the second one ends.");
        await Expect(log).ToContainTextAsync("The answer is complete.");
    }

    [Test]
    public async Task Everything_is_reached_by_keyboard()
    {
        var conversation = Api.AddConversation("Keys", "Question", "An answer.");
        await OpenAsync(Page, $"/c/{conversation.Id}");
        await Page.Locator("#composer-input").EvaluateAsync("e => e.blur()");
        var reached = new HashSet<string>();
        for (var i = 0; i < 40; i++)
        {
            await Page.Keyboard.PressAsync("Tab");
            reached.Add(await Page.EvaluateAsync<string>("() => document.activeElement.getAttribute('aria-label') ?? document.activeElement.textContent.trim()"));
        }

        foreach (var name in new[] { "Skip to the composer", "New chat", "Search chats", "Options for “Keys”", "Settings", "Model: Auto", "Ask anything", "Copy", "Answer again", "Edit" })
            reached.ShouldContain(name);
    }

    [Test]
    public async Task Nothing_moves_for_a_reader_who_asked_for_less_motion()
    {
        Api.Answer = (_, turn) => turn.Gate.Task;
        await Page.EmulateMediaAsync(new PageEmulateMediaOptions { ReducedMotion = ReducedMotion.Reduce });
        await OpenAsync(Page);
        await AskAsync(Page, "Go");
        await Expect(Page.Locator(".typing")).ToBeVisibleAsync();
        await Page.WaitForFunctionAsync("() => !document.getAnimations().some(animation => animation.playState === 'running')");
        Api.Turns.Single().Gate.SetResult();
    }

    [Test]
    public async Task At_twice_the_size_nothing_is_cut_off()
    {
        var conversation = Api.AddConversation("Zoomed", "Question", Answer);
        var page = await NewPageAsync(await NewContextAsync(640, 400));
        await OpenAsync(page, $"/c/{conversation.Id}");
        (await page.EvaluateAsync<int>("() => document.documentElement.scrollWidth - innerWidth")).ShouldBeLessThanOrEqualTo(0);
        await Expect(page.Locator("#composer-input")).ToBeInViewportAsync();
        await PictureAsync("zoom", page);
        await page.Context.CloseAsync();
    }

    /// <summary>Every rule in the light; in the dark colours are what differs.</summary>
    private static async Task CheckAsync(IPage page, string what)
    {
        (await ViolationsAsync(page, what, "tag", s_tags)).ShouldBeEmpty();
        await page.EmulateMediaAsync(new PageEmulateMediaOptions { ColorScheme = ColorScheme.Dark });
        (await ViolationsAsync(page, $"{what} in the dark", "rule", "color-contrast")).ShouldBeEmpty();
        await page.EmulateMediaAsync(new PageEmulateMediaOptions { ColorScheme = ColorScheme.Light });
    }

    /// <summary>Axe itself, put into the page: the library's own runner opens a second page for each report, which takes longer than the check.</summary>
    private static async Task<string[]> ViolationsAsync(IPage page, string what, string kind, params string[] rules)
    {
        // Colours are judged when they have arrived.
        await SettledAsync(page);
        await page.EvaluateAsync($$"""() => { if (!window.axe) { {{s_axe}} } }""");
        var violations = await page.EvaluateAsync<string[]>("""
            async runOnly => {
              const { violations } = await axe.run(document, { runOnly, resultTypes: ['violations'] });
              return violations.map(found => `${found.id}: ${found.help}: ${found.nodes.slice(0, 3).map(node => node.html).join(' | ')}`);
            }
            """, new { type = kind, values = rules });
        return [.. violations.Select(violation => $"{what}: {violation}")];
    }
}
