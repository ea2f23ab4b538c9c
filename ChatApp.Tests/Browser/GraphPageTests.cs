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
        await _page.Locator("chat-composer[live]").WaitForAsync();
        await _page.GetByRole(AriaRole.Button, new() { Name = "Details of this answer" }).ClickAsync();
        await Expect(_page.Locator(".facts")).ToContainTextAsync(new System.Text.RegularExpressions.Regex("tokens in.*first token after.*tokens/s"));
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
    public async Task An_answer_still_streams_on_the_phone_that_opens_it()
    {
        await AskAsync("Tell me a long story");
        await Expect(_page).ToHaveURLAsync(new System.Text.RegularExpressions.Regex("/c/conv_"));
        var path = new Uri(_page.Url).AbsolutePath;
        await _page.GotoAsync("about:blank");
        var phone = await (await ChromiumBrowser.GetAsync()).NewContextAsync(new BrowserNewContextOptions
        {
            BaseURL = _graph.GetEndpoint("web", "http").ToString(),
            ViewportSize = new ViewportSize { Width = 360, Height = 740 },
            HasTouch = true,
            IsMobile = true,
        });
        var page = await phone.NewPageAsync();
        await page.GotoAsync(path);
        await Expect(page.Locator("article.assistant")).ToHaveAttributeAsync("data-status", "Completed", new() { Timeout = 60_000 });
        (await page.Locator("article.assistant .markdown").First.TextContentAsync())!.Trim().ShouldNotBeEmpty();
        await phone.CloseAsync();
    }

    [Test]
    public async Task A_file_goes_with_a_message_and_is_got_back()
    {
        await _page.Locator("[data-files]").SetInputFilesAsync(new FilePayload { Name = "facts.txt", MimeType = "text/plain", Buffer = "The tower is 300 m high."u8.ToArray() });
        await Expect(_page.Locator(".attachments [data-state=done]")).ToBeVisibleAsync();
        await AskAsync("How high is the tower?");
        await Expect(_page.Locator("article.assistant")).ToHaveAttributeAsync("data-status", "Completed", new() { Timeout = 60_000 });
        await _page.ReloadAsync();
        await _page.Locator("chat-composer[live]").WaitForAsync();
        var download = await _page.RunAndWaitForDownloadAsync(() => _page.Locator(".message.user a.file-chip").ClickAsync());
        (await File.ReadAllTextAsync((await download.PathAsync())!)).ShouldBe("The tower is 300 m high.");

        await _page.Locator("[data-files]").SetInputFilesAsync(new FilePayload { Name = "program.exe", MimeType = "application/octet-stream", Buffer = [0x4d, 0x5a, 0x90, 0, 3, 0, 0, 0] });
        await Expect(_page.Locator(".file-error")).Not.ToBeEmptyAsync();
    }

    [Test]
    public async Task A_conversation_is_put_into_a_folder_shared_and_taken_along()
    {
        await AskAsync("Hello");
        await Expect(_page.Locator("article.assistant")).ToHaveAttributeAsync("data-status", "Completed", new() { Timeout = 60_000 });
        var folder = $"Folder {Guid.NewGuid():N}"[..16];
        await MenuAsync("Move to folder …");
        await _page.Locator("#folder-name").FillAsync(folder);
        await _page.Keyboard.PressAsync("Enter");
        await _page.Locator(".folder-link", new() { HasText = folder }).ClickAsync();
        await Expect(_page.Locator(".conversation.active")).ToBeVisibleAsync();

        await _page.Locator(".topbar").GetByRole(AriaRole.Button, new() { Name = "Share" }).ClickAsync();
        await _page.GetByRole(AriaRole.Button, new() { Name = "Create link" }).ClickAsync();
        var link = await _page.Locator("#share .secret code").TextContentAsync();
        await _page.Keyboard.PressAsync("Escape");
        var visitor = await (await ChromiumBrowser.GetAsync()).NewContextAsync();
        var page = await visitor.NewPageAsync();
        await page.GotoAsync(link!);
        await Expect(page.Locator(".bubble")).ToHaveTextAsync("Hello");
        await visitor.CloseAsync();

        foreach (var (item, text) in new[] { ("Export as Markdown", "Hello"), ("Export as JSON", "chatapp.conversations") })
        {
            var download = await _page.RunAndWaitForDownloadAsync(() => MenuAsync(item));
            (await File.ReadAllTextAsync((await download.PathAsync())!)).ShouldContain(text);
        }
    }

    [Test]
    public async Task An_administrator_looks_after_users_plans_models_usage_and_bans()
    {
        await _page.GotoAsync("/account");
        await _page.Locator("#in-email").FillAsync(ProductGraph.AdminEmail);
        await _page.Locator("#in-password").FillAsync(ProductGraph.AdminPassword);
        await _page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
        await _page.Locator("#sidebar a[href='/admin']").ClickAsync();
        await _page.Locator("#user-search").FillAsync(ProductGraph.AdminEmail);
        await _page.Keyboard.PressAsync("Enter");
        await Expect(_page.Locator("tr[data-id]")).ToHaveCountAsync(1);
        await Expect(_page.Locator("tr[data-id]")).ToContainTextAsync(ProductGraph.AdminEmail);

        foreach (var (section, shown) in new[] { ("Plans", "unlimited"), ("Models", "chatapp-"), ("Usage", "Requests"), ("Audit log", "Time") })
        {
            await _page.Locator(".tabs").GetByText(section).ClickAsync();
            await Expect(_page.Locator(".page")).ToContainTextAsync(shown);
        }

        await _page.Locator(".tabs").GetByText("Bans").ClickAsync();
        await _page.Locator("#ban-value").FillAsync("192.0.2.77");
        await _page.GetByRole(AriaRole.Button, new() { Name = "Ban", Exact = true }).ClickAsync();
        var ban = _page.Locator(".lines li", new() { HasText = "192.0.2.77" });
        await Expect(ban).ToBeVisibleAsync();
        await ban.GetByRole(AriaRole.Button).ClickAsync();
        await Expect(ban).ToHaveCountAsync(0);
        await _page.Locator(".tabs").GetByText("Audit log").ClickAsync();
        await Expect(_page.Locator("tbody")).ToContainTextAsync("admin.ban_removed");
    }

    [Test]
    public async Task A_temporary_chat_is_answered_and_leaves_nothing()
    {
        await _page.GetByRole(AriaRole.Switch, new() { Name = "Temporary chat" }).ClickAsync();
        await _page.Locator("chat-composer[conversation=temporary]").WaitForAsync();
        var before = await _page.Locator(".conversation[data-id]").CountAsync();
        await AskAsync("My name is Robin");
        await Expect(_page.Locator("article.assistant")).ToHaveAttributeAsync("data-status", "Completed", new() { Timeout = 60_000 });
        await AskAsync("What is my name?");
        await Expect(_page.Locator("article.assistant").Last).ToHaveAttributeAsync("data-status", "Completed", new() { Timeout = 60_000 });
        await Expect(_page.Locator("article.assistant")).ToHaveCountAsync(2);
        await _page.ReloadAsync();
        await Expect(_page.Locator(".welcome")).ToContainTextAsync("Nothing is stored");
        (await _page.Locator(".conversation[data-id]").CountAsync()).ShouldBe(before);
    }

    [Test]
    public async Task A_person_takes_everything_along_and_deletes_the_account()
    {
        var email = $"leaver-{Guid.NewGuid():N}@example.org";
        await _page.GotoAsync("/account");
        await _page.Locator("#up-email").FillAsync(email);
        await _page.Locator("#up-password").FillAsync("a long enough secret 18");
        await _page.GetByRole(AriaRole.Button, new() { Name = "Sign up" }).ClickAsync();
        await Expect(_page.Locator(".facts-list").First).ToContainTextAsync(email);
        await Expect(_page.Locator(".meter").First).ToContainTextAsync(" of ");
        await Expect(_page.Locator("#sessions ~ .lines")).ToContainTextAsync("Chrom");
        var download = await _page.RunAndWaitForDownloadAsync(() => _page.GetByText("Export everything").ClickAsync());
        (await File.ReadAllTextAsync((await download.PathAsync())!)).ShouldContain(email);

        await _page.Locator("[data-dialog=delete-account]").ClickAsync();
        await _page.Locator("#delete-word").FillAsync(email);
        await _page.Locator("#delete-password").FillAsync("a long enough secret 18");
        await _page.GetByRole(AriaRole.Button, new() { Name = "Delete for good" }).ClickAsync();
        await _page.Locator(".welcome").WaitForAsync();
        await _page.GotoAsync("/account");
        await _page.Locator("#in-email").FillAsync(email);
        await _page.Locator("#in-password").FillAsync("a long enough secret 18");
        await _page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
        await Expect(_page.Locator("form[data-session=sign-in] [role=alert]")).Not.ToBeEmptyAsync();
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

        // Another web server beside the first: what one sealed, the other opens.
        await using var second = await WebProcess.StartAsync(_graph.GetEndpoint("api", "http").ToString(), database: await _graph.GetConnectionStringAsync("chatdb"));
        var address = new UriBuilder(second.Address) { Host = new Uri(_page.Url).Host }.ToString();
        await _page.GotoAsync(address);
        await Expect(_page.Locator("#sidebar")).ToContainTextAsync("Ada");
    }

    private async Task MenuAsync(string item)
    {
        await _page.Locator(".conversation.active").HoverAsync();
        await _page.Locator(".conversation.active .conversation-more").ClickAsync();
        await _page.Locator(".menu:popover-open").GetByRole(AriaRole.Menuitem, new() { Name = item, Exact = true }).ClickAsync();
    }

    private async Task AskAsync(string text)
    {
        await _page.Locator("#composer-input").FillAsync(text);
        await _page.Keyboard.PressAsync("Enter");
    }
}
