using ChatApp.Tests.Web;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace ChatApp.Tests.Browser;

internal sealed class ConnectionTests : ScriptedPageTests
{
    [Test]
    public async Task A_page_that_was_offline_says_so_and_comes_back_to_the_whole_answer()
    {
        Api.Answer = async (_, turn) =>
        {
            await turn.SayAsync("Before the tunnel");
            await turn.Gate.Task;
            await turn.SayAsync(", and after it.");
        };
        await OpenAsync(Page);
        await AskAsync(Page, "Go");
        await Expect(Answers(Page)).ToContainTextAsync("Before the tunnel");
        await Context.SetOfflineAsync(true);
        await Expect(Page.Locator(".connection")).ToBeVisibleAsync();
        await PictureAsync("offline");
        Api.Turns.Single().Gate.SetResult();
        await Page.Locator("#composer-input").FillAsync("typed in the tunnel");
        await Page.Keyboard.PressAsync("Enter");
        await Context.SetOfflineAsync(false);
        await Expect(Answers(Page)).ToContainTextAsync(", and after it.");
        await Expect(Page.Locator(".connection")).ToBeHiddenAsync();
        await Expect(Page.Locator("#composer-input")).ToHaveValueAsync("typed in the tunnel");
        await Page.Keyboard.PressAsync("Enter");
        await Expect(Page.Locator(".message.user").Last).ToContainTextAsync("typed in the tunnel");
    }

    [Test]
    public async Task A_web_server_that_restarts_loses_neither_the_answer_nor_the_draft()
    {
        Api.Answer = async (_, turn) =>
        {
            await turn.SayAsync("Before the restart");
            await turn.Gate.Task;
            await turn.SayAsync(", and after it.");
        };
        var web = await WebProcess.StartAsync(Api.Address);
        var port = new Uri(web.Address).Port;
        await OpenAsync(Page, web.Address);
        await AskAsync(Page, "Go");
        await Expect(Answers(Page)).ToContainTextAsync("Before the restart");
        await Page.Locator("#composer-input").FillAsync("a draft");
        await Page.WaitForFunctionAsync("() => Object.values(localStorage).includes('a draft')");
        await web.DisposeAsync();
        await Expect(Page.Locator(".connection")).ToBeVisibleAsync();
        Api.Turns.Single().Gate.SetResult();
        await using var again = await WebProcess.StartAsync(Api.Address, port);
        await Expect(Answers(Page)).ToContainTextAsync("Before the restart, and after it.");
        await Expect(Page.Locator("#composer-input")).ToHaveValueAsync("a draft");
        await Page.CloseAsync();
    }

    [Test]
    public async Task An_api_that_is_away_is_named_and_tried_again()
    {
        await OpenAsync(Page);
        Api.Down = true;
        await AskAsync(Page, "Anybody there?");
        await Expect(Page.Locator(".error-note")).ToContainTextAsync("cannot be reached");
        Api.Down = false;
        await Page.GetByRole(AriaRole.Button, new() { Name = "Try again" }).ClickAsync();
        await Expect(Answers(Page)).ToContainTextAsync("Hello.");
        await Expect(Page.Locator(".message.user")).ToHaveCountAsync(1);
    }

    [Test]
    public async Task A_conversation_opened_on_another_device_is_already_streaming()
    {
        Api.Answer = async (_, turn) =>
        {
            await turn.SayAsync("Begun on the laptop");
            await turn.Gate.Task;
            await turn.SayAsync(", ended on the phone.");
        };
        await OpenAsync(Page);
        await AskAsync(Page, "Go");
        await Expect(Answers(Page)).ToContainTextAsync("Begun on the laptop");
        await Expect(Page).ToHaveURLAsync(new System.Text.RegularExpressions.Regex("/c/"));
        var path = new Uri(Page.Url).AbsolutePath;
        await Page.CloseAsync();

        var phone = await NewPageAsync(await NewContextAsync(390, 800, mobile: true));
        await OpenAsync(phone, path);
        await Expect(Answers(phone)).ToContainTextAsync("Begun on the laptop");
        await Expect(Answers(phone)).ToHaveAttributeAsync("aria-busy", "true");
        Api.Turns.Single().Gate.SetResult();
        await Expect(Answers(phone)).ToContainTextAsync("Begun on the laptop, ended on the phone.");
        await phone.Context.CloseAsync();
    }
}
