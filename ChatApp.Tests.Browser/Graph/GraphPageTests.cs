using Aspire.Hosting;
using Aspire.Hosting.Testing;
using ChatApp.Tests.Graph;
using ChatApp.Tests.Web;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace ChatApp.Tests.Browser.Graph;

/// <summary>A person at the whole product: browser, web, edge, orchestrator and the bundled model.</summary>
internal sealed class GraphPageTests : GraphPage
{
    [Test]
    public async Task A_question_is_answered_and_the_conversation_is_there_after_a_reload()
    {
        await AskAsync("Tell me a short story.");
        var answer = Page.Locator("article.assistant");
        await Expect(answer).ToHaveAttributeAsync("data-status", "Completed");
        var text = (await answer.Locator(".markdown").TextContentAsync())!.Trim();
        text.ShouldNotBeEmpty();

        await Expect(Page).ToHaveURLAsync(new System.Text.RegularExpressions.Regex("/c/conv_"));
        await Page.ReloadAsync();
        await Expect(Page.Locator("article.assistant .markdown")).ToHaveTextAsync(text);
        await Expect(Page.Locator(".message.user")).ToContainTextAsync("Tell me a short story.");
        await Page.Locator("chat-composer[live]").WaitForAsync();
        await Page.GetByRole(AriaRole.Button, new() { Name = "Details of this answer" }).ClickAsync();
        await Expect(Page.Locator(".facts")).ToContainTextAsync(new System.Text.RegularExpressions.Regex("tokens in.*first token after.*tokens/s"));
    }

    [Test]
    public async Task An_answer_is_made_again_and_a_question_changed()
    {
        await AskAsync("Hello");
        await Expect(Page.Locator("article.assistant")).ToHaveAttributeAsync("data-status", "Completed");
        await Page.GetByRole(AriaRole.Button, new() { Name = "Answer again" }).ClickAsync();
        await Expect(Page.Locator("article.assistant .branch-count")).ToHaveTextAsync("2/2");
        await Expect(Page.Locator("article.assistant")).ToHaveAttributeAsync("data-status", "Completed");

        await Page.Locator(".message.user").HoverAsync();
        await Page.Locator("[data-edit-message]").ClickAsync();
        await Page.Locator("textarea[data-edit]").FillAsync("Good morning");
        await Page.Locator("[data-edit-save]").ClickAsync();
        await Expect(Page.Locator(".message.user .branch-count")).ToHaveTextAsync("2/2");
        await Expect(Page.Locator("article.assistant")).ToHaveAttributeAsync("data-status", "Completed");
    }

    [Test]
    public async Task An_answer_still_streams_on_the_phone_that_opens_it()
    {
        await AskAsync("Tell me a long story");
        await Expect(Page).ToHaveURLAsync(new System.Text.RegularExpressions.Regex("/c/conv_"));
        var path = new Uri(Page.Url).AbsolutePath;
        await Page.GotoAsync("about:blank");
        var page = await OtherBrowserAsync(360, 740, mobile: true);
        await page.GotoAsync(path);
        await Expect(page.Locator("article.assistant")).ToHaveAttributeAsync("data-status", "Completed");
        (await page.Locator("article.assistant .markdown").First.TextContentAsync())!.Trim().ShouldNotBeEmpty();
        await page.Context.CloseAsync();
    }

    [Test]
    public async Task A_file_goes_with_a_message_and_is_got_back()
    {
        await Page.Locator("[data-files]").SetInputFilesAsync(new FilePayload { Name = "facts.txt", MimeType = "text/plain", Buffer = "The tower is 300 m high."u8.ToArray() });
        await Expect(Page.Locator(".attachments [data-state=done]")).ToBeVisibleAsync();
        await AskAsync("How high is the tower?");
        await Expect(Page.Locator("article.assistant")).ToHaveAttributeAsync("data-status", "Completed");
        await Page.ReloadAsync();
        await Page.Locator("chat-composer[live]").WaitForAsync();
        var download = await Page.RunAndWaitForDownloadAsync(() => Page.Locator(".message.user a.file-chip").ClickAsync());
        (await File.ReadAllTextAsync((await download.PathAsync())!)).ShouldBe("The tower is 300 m high.");

        await Page.Locator("[data-files]").SetInputFilesAsync(new FilePayload { Name = "program.exe", MimeType = "application/octet-stream", Buffer = [0x4d, 0x5a, 0x90, 0, 3, 0, 0, 0] });
        await Expect(Page.Locator(".file-error")).Not.ToBeEmptyAsync();
    }

    [Test]
    public async Task A_conversation_is_put_into_a_folder_shared_and_taken_along()
    {
        await AskAsync("Hello");
        await Expect(Page.Locator("article.assistant")).ToHaveAttributeAsync("data-status", "Completed");
        var folder = $"Folder {Guid.NewGuid():N}"[..16];
        await MenuAsync("Move to folder …");
        await Page.Locator("#folder-name").FillAsync(folder);
        await Page.Keyboard.PressAsync("Enter");
        await Page.Locator(".folder-link", new() { HasText = folder }).ClickAsync();
        await Expect(Page.Locator(".conversation.active")).ToBeVisibleAsync();

        await Page.Locator(".topbar").GetByRole(AriaRole.Button, new() { Name = "Share" }).ClickAsync();
        await Page.GetByRole(AriaRole.Button, new() { Name = "Create link" }).ClickAsync();
        var link = await Page.Locator("#share .secret code").TextContentAsync();
        await Page.Keyboard.PressAsync("Escape");
        var page = await OtherBrowserAsync();
        await page.GotoAsync(link!);
        await Expect(page.Locator(".bubble")).ToHaveTextAsync("Hello");
        await page.Context.CloseAsync();

        foreach (var (item, text) in new[] { ("Export as Markdown", "Hello"), ("Export as JSON", "chatapp.conversations") })
        {
            var download = await Page.RunAndWaitForDownloadAsync(() => MenuAsync(item));
            (await File.ReadAllTextAsync((await download.PathAsync())!)).ShouldContain(text);
        }
    }

    [Test]
    public async Task An_administrator_looks_after_users_plans_models_usage_and_bans()
    {
        await SignInAsync(ProductGraph.AdminEmail, ProductGraph.AdminPassword);
        await Page.Locator("#sidebar a[href='admin']").ClickAsync();
        await Page.Locator("#user-search").FillAsync(ProductGraph.AdminEmail);
        await Page.Keyboard.PressAsync("Enter");
        await Expect(Page.Locator("tr[data-id]")).ToHaveCountAsync(1);
        await Expect(Page.Locator("tr[data-id]")).ToContainTextAsync(ProductGraph.AdminEmail);

        foreach (var (section, shown) in new[] { ("Plans", "unlimited"), ("Models", "chatapp-"), ("Usage", "Generations"), ("Audit log", "Time") })
        {
            await Page.Locator(".tabs").GetByText(section).ClickAsync();
            await Expect(Page.Locator(".page")).ToContainTextAsync(shown);
        }

        await Page.Locator(".tabs").GetByText("Bans").ClickAsync();
        await Page.Locator("#ban-value").FillAsync("192.0.2.77");
        await Page.GetByRole(AriaRole.Button, new() { Name = "Ban", Exact = true }).ClickAsync();
        var ban = Page.Locator(".lines li", new() { HasText = "192.0.2.77" });
        await Expect(ban).ToBeVisibleAsync();
        await ban.GetByRole(AriaRole.Button).ClickAsync();
        await Expect(ban).ToHaveCountAsync(0);
        await Page.Locator(".tabs").GetByText("Audit log").ClickAsync();
        await Expect(Page.Locator("tbody")).ToContainTextAsync("admin.ban_removed");
    }

    [Test]
    public async Task A_temporary_chat_is_answered_and_leaves_nothing()
    {
        await Page.GetByRole(AriaRole.Switch, new() { Name = "Temporary chat" }).ClickAsync();
        await Page.Locator("chat-composer[conversation=temporary]").WaitForAsync();
        var before = await Page.Locator(".conversation[data-id]").CountAsync();
        await AskAsync("My name is Robin");
        await Expect(Page.Locator("article.assistant")).ToHaveAttributeAsync("data-status", "Completed");
        await AskAsync("What is my name?");
        await Expect(Page.Locator("article.assistant").Last).ToHaveAttributeAsync("data-status", "Completed");
        await Expect(Page.Locator("article.assistant")).ToHaveCountAsync(2);
        await Page.ReloadAsync();
        await Expect(Page.Locator(".welcome")).ToContainTextAsync("Nothing is stored");
        (await Page.Locator(".conversation[data-id]").CountAsync()).ShouldBe(before);
    }

    [Test]
    public async Task A_person_takes_everything_along_and_deletes_the_account()
    {
        var email = $"leaver-{Guid.NewGuid():N}@example.org";
        await SignUpAsync(email, "a long enough secret 18");
        await Expect(Page.Locator(".facts-list").First).ToContainTextAsync(email);
        // The plan of the local user, who took everything along.
        await Expect(Page.Locator(".meter").First).ToContainTextAsync("no limit");
        await Expect(Page.Locator("#sessions ~ .lines")).ToContainTextAsync("Chrom");
        var download = await Page.RunAndWaitForDownloadAsync(() => Page.GetByText("Export everything").ClickAsync());
        (await File.ReadAllTextAsync((await download.PathAsync())!)).ShouldContain(email);

        await Page.Locator("[data-dialog=delete-account]").ClickAsync();
        await Page.Locator("#delete-word").FillAsync(email);
        await Page.Locator("#delete-password").FillAsync("a long enough secret 18");
        await Page.GetByRole(AriaRole.Button, new() { Name = "Delete for good" }).ClickAsync();
        await Page.Locator(".welcome").WaitForAsync();
        await SignInAsync(email, "a long enough secret 18");
        await Expect(Page.Locator("form[data-session=sign-in] [role=alert]")).Not.ToBeEmptyAsync();
    }

    [Test]
    public async Task A_second_browser_sees_the_answer_of_the_first()
    {
        await AskAsync("Tell me a story");
        await Expect(Page).ToHaveURLAsync(new System.Text.RegularExpressions.Regex("/c/conv_"));
        var page = await OtherBrowserAsync();
        await page.GotoAsync(new Uri(Page.Url).AbsolutePath);
        await Expect(Page.Locator("article.assistant")).ToHaveAttributeAsync("data-status", "Completed");
        await Expect(page.Locator("article.assistant .markdown")).ToHaveTextAsync((await Page.Locator("article.assistant .markdown").TextContentAsync())!.Trim());
        await page.Context.CloseAsync();
    }

    [Test]
    public async Task A_person_signs_up_makes_a_key_signs_out_and_in_again()
    {
        var email = $"person-{Guid.NewGuid():N}@example.org";
        await SignUpAsync(email, "a long enough secret 17", "Ada");
        await Expect(Page.Locator(".facts-list").First).ToContainTextAsync(email);
        await Expect(Page.Locator("#sidebar")).ToContainTextAsync("Ada");

        await Page.Locator("#key-name").FillAsync("My script");
        await Page.GetByRole(AriaRole.Button, new() { Name = "Create key" }).ClickAsync();
        await Expect(Page.Locator(".secret code")).ToContainTextAsync("sk-");
        await Expect(Page.Locator(".lines").First).ToContainTextAsync("My script");
        await Page.Locator(".lines").First.GetByRole(AriaRole.Button).ClickAsync();
        await Expect(Page.GetByText("My script")).ToHaveCountAsync(0);

        await Page.EvaluateAsync("() => { localStorage.setItem('chatapp.instructions', 'Mine'); localStorage.setItem('chatapp.draft.new', 'Mine too'); }");
        await Page.Locator("form[data-session=sign-out] button").ClickAsync();
        await Page.Locator(".welcome").WaitForAsync();
        (await Page.EvaluateAsync<string[]>("() => Object.keys(localStorage).filter(key => key.startsWith('chatapp.'))")).ShouldBeEmpty("the next person is somebody else");
        await Expect(Page.Locator("#sidebar")).Not.ToContainTextAsync("Ada");
        await SignInAsync(email, "not the secret");
        await Expect(Page.Locator("form[data-session=sign-in] [role=alert]")).Not.ToBeEmptyAsync();
        await Page.Locator("#in-password").FillAsync("a long enough secret 17");
        await Page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
        await Expect(Page.Locator("#sidebar")).ToContainTextAsync("Ada");

        // Another web server beside the first: what one sealed, the other opens.
        await using var second = await WebProcess.StartAsync(Graph.GetEndpoint("api", "http").ToString(), database: await Graph.GetConnectionStringAsync("chatdb"));
        var address = new UriBuilder(second.Address) { Host = new Uri(Page.Url).Host }.ToString();
        await Page.GotoAsync(address);
        await Expect(Page.Locator("#sidebar")).ToContainTextAsync("Ada");
    }
}
