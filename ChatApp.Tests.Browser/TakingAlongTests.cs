using System.Text.RegularExpressions;
using ChatApp.Tests.Web;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace ChatApp.Tests.Browser;

/// <summary>Sharing, exporting and leaving.</summary>
internal sealed class TakingAlongTests : ScriptedPageTests
{
    [Test]
    public async Task A_shared_link_is_read_by_anyone_until_it_is_revoked()
    {
        var conversation = Api.AddConversation("Rainbows", "What is light?", "A **wave**.");
        await OpenAsync(Page, $"/c/{conversation.Id}");
        await Page.Locator(".topbar").GetByRole(AriaRole.Button, new() { Name = "Share" }).ClickAsync();
        await Page.GetByRole(AriaRole.Button, new() { Name = "Create link" }).ClickAsync();
        var link = await Page.Locator("#share .secret code").TextContentAsync();
        await PictureAsync("share");
        await Page.Locator("#share [data-action=close-dialog]").ClickAsync();
        await Page.Locator(".topbar").GetByRole(AriaRole.Button, new() { Name = "Share" }).ClickAsync();
        await Page.Locator("#share .lines").GetByRole(AriaRole.Button, new() { Name = "Copy" }).ClickAsync();
        await Page.WaitForFunctionAsync("async link => await navigator.clipboard.readText() === link", link);

        var visitor = await NewPageAsync(await NewContextAsync());
        await visitor.GotoAsync(link!);
        await Expect(visitor.Locator(".markdown strong")).ToHaveTextAsync("wave");
        await Expect(visitor.Locator("#composer-input")).ToHaveCountAsync(0);
        await PictureAsync("shared", visitor);

        await Page.Locator("#share").GetByRole(AriaRole.Button, new() { Name = "Revoke" }).ClickAsync();
        await Expect(Page.Locator("#share .lines")).ToHaveCountAsync(0);
        await visitor.ReloadAsync();
        await Expect(visitor.GetByRole(AriaRole.Alert)).ToContainTextAsync("This link leads nowhere");
        await visitor.Context.CloseAsync();
    }

    [Test]
    public async Task Dates_are_told_by_the_clock_of_whoever_reads()
    {
        var conversation = Api.AddConversation("Rainbows", "What is light?", "A **wave**.");
        Api.Shares["token_far"] = conversation;
        foreach (var zone in (string[])["Pacific/Kiritimati", "Pacific/Pago_Pago"])
        {
            var context = await (await ChromiumBrowser.GetAsync()).NewContextAsync(new BrowserNewContextOptions { BaseURL = Web.Address, TimezoneId = zone, Locale = "en-US" });
            var page = await NewPageAsync(context);
            // One is always a day before the other.
            var day = TimeZoneInfo.ConvertTime(conversation.CreatedAt, TimeZoneInfo.FindSystemTimeZoneById(zone)).ToString("d", System.Globalization.CultureInfo.GetCultureInfo("en"));
            for (var visit = 0; visit < 2; visit++)
            {
                await page.GotoAsync("/shared/token_far");
                await Expect(page.Locator(".page-lead")).ToContainTextAsync(day);
            }

            await context.CloseAsync();
        }
    }

    [Test]
    public async Task A_conversation_is_taken_along_as_Markdown_and_as_JSON()
    {
        Api.AddConversation("Rainbows: why?", "What is light?", "A **wave**.");
        await OpenAsync(Page);
        var (name, text) = await DownloadAsync("Export as Markdown");
        name.ShouldBe("Rainbows-why.md");
        text.ShouldContain("# Rainbows: why?");
        text.ShouldContain("A **wave**.");
        (name, text) = await DownloadAsync("Export as JSON");
        name.ShouldBe("Rainbows-why.json");
        text.ShouldContain("chatapp.conversations");
    }

    [Test]
    public async Task Everything_is_exported_and_the_account_deleted_once_its_name_is_typed()
    {
        Api.Accounts.Required = true;
        await using var web = await WebProcess.StartAsync(Api.Address);
        await OpenAsync(Page, web.Address);
        await Page.GotoAsync($"{web.Address}/account");
        await Page.Locator("#data ~ .row").WaitForAsync();
        await PictureAsync("account-guest");
        var download = await Page.RunAndWaitForDownloadAsync(() => Page.GetByText("Export everything").ClickAsync());
        (await File.ReadAllTextAsync((await download.PathAsync())!)).ShouldContain("conversations");

        await Page.Locator("[data-dialog=delete-account]").ClickAsync();
        await Page.Locator("#delete-word").FillAsync("something else");
        await Page.GetByRole(AriaRole.Button, new() { Name = "Delete for good" }).ClickAsync();
        Api.Accounts.Removed.ShouldBe(0);
        await PictureAsync("delete-account");
        await Page.Locator("#delete-word").FillAsync("delete");
        await Page.GetByRole(AriaRole.Button, new() { Name = "Delete for good" }).ClickAsync();
        await Expect(Page.Locator(".welcome")).ToBeVisibleAsync();
        Api.Accounts.Removed.ShouldBe(1);
    }

    [Test]
    public async Task A_download_without_a_session_is_refused()
    {
        Api.Accounts.Required = true;
        await using var web = await WebProcess.StartAsync(Api.Address);
        (await Page.APIRequest.GetAsync($"{web.Address}/download/account")).Status.ShouldBe(401);
    }

    [Test]
    public async Task A_temporary_chat_is_kept_nowhere_and_knows_what_was_said_in_it()
    {
        var histories = new List<string>();
        Api.Answer = async (request, turn) =>
        {
            histories.Add(string.Join(" | ", (request.History ?? []).Select(message => $"{message.Role}: {message.Text}")));
            await turn.SayAsync($"Answer to {request.Content}");
            if (request.Content == "two")
                await Task.Delay(Timeout.Infinite, turn.Stopped).ContinueWith(static _ => { }, TaskScheduler.Default);
        };
        await OpenAsync(Page);
        await Page.GetByRole(AriaRole.Switch, new() { Name = "Temporary chat" }).ClickAsync();
        await Expect(Page.Locator(".welcome")).ToContainTextAsync("Nothing is stored");
        await PictureAsync("temporary");
        await Page.Locator("chat-composer[conversation=temporary]").WaitForAsync();
        await AskAsync(Page, "one");
        await Expect(Answers(Page)).ToHaveAttributeAsync("data-status", "Completed");
        await AskAsync(Page, "two");
        await Expect(Answers(Page).Last).ToContainTextAsync("Answer to two");
        await Page.Locator("[data-shortcut=stop]").ClickAsync();
        await Expect(Answers(Page).Last).ToHaveAttributeAsync("data-status", "Stopped");
        await Expect(Page.Locator(".temporary-tag")).ToBeVisibleAsync();
        await PictureAsync("temporary-chat");
        histories.ShouldBe(["", "user: one | assistant: Answer to one"]);

        await Expect(Page).Not.ToHaveURLAsync(new Regex("/c/"));
        await Expect(Page.Locator(".conversation")).ToHaveCountAsync(0);
        (await Page.EvaluateAsync<string>("() => JSON.stringify(localStorage)")).ShouldNotContain("one");
        await Page.ReloadAsync();
        await Expect(Page.Locator(".welcome")).ToContainTextAsync("Nothing is stored");
    }

    [Test]
    public async Task Without_a_network_an_installed_page_says_so_and_holds_no_chat()
    {
        var conversation = Api.AddConversation("Private", "A secret question", "A secret answer");
        await OpenAsync(Page, $"/c/{conversation.Id}");
        await Page.EvaluateAsync("() => navigator.serviceWorker.ready");
        await Page.WaitForFunctionAsync("() => navigator.serviceWorker.controller !== null");
        await Context.SetOfflineAsync(true);
        await Page.GotoAsync("/");
        await Expect(Page.Locator("h1")).ToHaveTextAsync("You are offline");
        await PictureAsync("offline-page");
        (await Page.EvaluateAsync<string[]>("""
            async () => {
              const urls = [];
              for (const name of await caches.keys())
                urls.push(...(await (await caches.open(name)).keys()).map(request => new URL(request.url).pathname));
              return urls.sort();
            }
            """)).ShouldBe(["/css/offline.css", "/icons/icon.svg", "/offline"]);
        await Context.SetOfflineAsync(false);
        await Page.GetByRole(AriaRole.Link, new() { Name = "Try again" }).ClickAsync();
        await Expect(Page.Locator(".welcome")).ToBeVisibleAsync();
    }

    private async Task<(string Name, string Text)> DownloadAsync(string item)
    {
        await Page.Locator(".conversation[data-id]").HoverAsync();
        await Page.Locator(".conversation-more").ClickAsync();
        var download = await Page.RunAndWaitForDownloadAsync(() => Page.Locator(".menu:popover-open").GetByRole(AriaRole.Menuitem, new() { Name = item }).ClickAsync());
        return (download.SuggestedFilename, await File.ReadAllTextAsync((await download.PathAsync())!));
    }
}
