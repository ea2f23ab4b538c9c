using ChatApp.Tests.Web;
using ChatApp.Web.Sessions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace ChatApp.Tests.Browser;

internal sealed class SessionTests : ScriptedPageTests
{
    [Test]
    public async Task The_whole_page_works_below_a_path_of_a_proxy()
    {
        Api.Accounts.Required = true;
        await using var web = await WebProcess.StartAsync(Api.Address, pathBase: "/chat");
        var conversation = Api.AddConversation("Rich", "Show me", "$$\\frac{1}{2}$$\n\n```mermaid\nflowchart LR\n  A --> B\n```");
        await OpenAsync(Page, $"{web.Address}/chat/");
        (await Context.CookiesAsync()).ShouldAllBe(cookie => cookie.Path.StartsWith("/chat", StringComparison.Ordinal));
        await AskAsync(Page, "Hi");
        await Expect(Answers(Page)).ToContainTextAsync("Hello.");
        await Expect(Page).ToHaveURLAsync(new System.Text.RegularExpressions.Regex("/chat/c/"));
        await Page.Locator(".conversation a", new() { HasText = "Rich" }).ClickAsync();
        await SettledAsync(Page);
        if ((await Page.APIRequest.GetAsync($"{web.Address}/chat/lib/katex/katex.mjs")).Ok)
            await Expect(Page.Locator("chat-math .katex, chat-diagram img")).ToHaveCountAsync(2);
        await Page.ReloadAsync();
        await Expect(Page.Locator(".conversation.active")).ToContainTextAsync("Rich");
        await Page.Locator("#sidebar a[href='account']").ClickAsync();
        await Expect(Page).ToHaveURLAsync($"{web.Address}/chat/account");
        await Page.WaitForFunctionAsync("async () => (await navigator.serviceWorker.ready).scope.endsWith('/chat/')");
        Errors.ShouldBeEmpty();
        await Page.CloseAsync();
    }

    [Test]
    public async Task A_new_browser_is_a_guest_at_once_and_stays_the_same_one()
    {
        await using var web = await StartWithAccountsAsync();
        var guests = Api.Accounts.Guests;
        await OpenAsync(Page, web.Address);
        await AskAsync(Page, "Hello");
        await Expect(Answers(Page)).ToContainTextAsync("Hello.");
        await Page.ReloadAsync();
        await Expect(Answers(Page)).ToContainTextAsync("Hello.");
        Api.Accounts.Guests.ShouldBe(guests + 1);

        var cookie = (await Context.CookiesAsync()).Single(known => known.Name == SessionCookie.Name);
        cookie.HttpOnly.ShouldBeTrue();
        var visible = await Page.ContentAsync() + await Page.EvaluateAsync<string>("() => document.cookie + JSON.stringify(localStorage) + JSON.stringify(sessionStorage)") + cookie.Value;
        foreach (var token in Api.Accounts.Tokens)
            visible.ShouldNotContain(token);
    }

    [Test]
    public async Task Tokens_are_renewed_once_each_however_many_tabs_ask()
    {
        // A token that has not half a minute left is renewed by whoever needs it next.
        Api.Accounts.ExpiresIn = 30;
        await using var web = await StartWithAccountsAsync();
        await OpenAsync(Page, web.Address);
        var second = await NewPageAsync(Context);
        await OpenAsync(second, web.Address);
        var (refreshes, replays) = (Api.Accounts.Refreshes, Api.Accounts.Replays);
        for (var round = 1; round <= 4; round++)
        {
            await Task.WhenAll(AskAsync(Page, $"Question {round}"), AskAsync(second, $"Question {round}"));
            await Expect(Answers(Page)).ToHaveCountAsync(round);
            await Expect(Answers(second)).ToHaveCountAsync(round);
            await Expect(Answers(Page).Last).ToContainTextAsync("Hello.");
            await Expect(Answers(second).Last).ToContainTextAsync("Hello.");
        }

        await Task.WhenAll(Page.ReloadAsync(), second.ReloadAsync());
        await Expect(Answers(Page)).ToHaveCountAsync(4);
        Api.Accounts.Refreshes.ShouldBeGreaterThan(refreshes);
        Api.Accounts.Replays.ShouldBe(replays);
    }

    [Test]
    public async Task A_restart_of_the_web_server_ends_no_session()
    {
        var web = await StartWithAccountsAsync();
        await OpenAsync(Page, web.Address);
        await AskAsync(Page, "Hello");
        await Expect(Answers(Page)).ToContainTextAsync("Hello.");
        var guests = Api.Accounts.Guests;
        var port = new Uri(web.Address).Port;
        await web.DisposeAsync();
        await using var again = await WebProcess.StartAsync(Api.Address, port);
        await Page.ReloadAsync();
        await Expect(Answers(Page)).ToContainTextAsync("Hello.");
        Api.Accounts.Guests.ShouldBe(guests);
    }

    [Test]
    public async Task A_session_ended_elsewhere_is_over_with_the_next_page_which_offers_the_way_in()
    {
        await using var web = await StartWithAccountsAsync();
        await OpenAsync(Page, web.Address);
        var guests = Api.Accounts.Guests;
        Api.Accounts.EndAll();
        await Page.GotoAsync($"{web.Address}/account");
        await Expect(Page.Locator("form[data-session=sign-in]")).ToBeVisibleAsync();
        Api.Accounts.Guests.ShouldBe(guests + 1);
    }

    [Test]
    public async Task A_page_that_lies_open_when_its_session_ends_elsewhere_goes_to_the_way_in_by_itself()
    {
        await using var web = await StartWithAccountsAsync();
        Api.AddConversation("A secret", "Hi", "Hello.");
        await OpenAsync(Page, web.Address);
        await Expect(Page.Locator(".conversation")).ToContainTextAsync("A secret");

        Api.Accounts.EndAll();
        Api.Changes.Cut();

        await Expect(Page).ToHaveURLAsync($"{web.Address}/account");
        await Expect(Page.Locator("form[data-session=sign-in]")).ToBeVisibleAsync();
    }

    [Test]
    public async Task Whoever_makes_the_first_account_is_asked_whether_they_administer_the_server()
    {
        Api.Accounts.IsFirst = true;
        foreach (var wanted in (bool[])[false, true])
        {
            Api.Accounts.Posted.Clear();
            var page = await NewPageAsync(await NewContextAsync());
            await page.GotoAsync("/account");
            var box = page.GetByLabel("Administer this server with this account");
            await Expect(box).Not.ToBeCheckedAsync();
            await box.SetCheckedAsync(wanted);
            await PictureAsync("first-account", page);
            await page.Locator("#up-email").FillAsync("first@example.org");
            await page.Locator("#up-password").FillAsync("a long enough secret 18");
            await page.GetByRole(AriaRole.Button, new() { Name = "Sign up" }).ClickAsync();
            await Eventually.HoldsAsync(() => Api.Accounts.Posted.Count == 1);
            Api.Accounts.Posted.Single().GetProperty("administrator").GetBoolean().ShouldBe(wanted);
            await page.Context.CloseAsync();
        }

        Api.Accounts.IsFirst = false;
        await Page.GotoAsync("/account");
        await Expect(Page.Locator("fieldset:enabled")).ToBeVisibleAsync();
        await Expect(Page.GetByLabel("Administer this server with this account")).ToHaveCountAsync(0);
    }

    [Test]
    public async Task Whoever_changes_their_password_sees_that_keys_go_on_and_may_end_them()
    {
        (Api.Accounts.Kind, Api.Accounts.Keys) = ("account", 3);
        await Page.GotoAsync("/account");
        await Expect(Page.Locator("form[data-session=password]")).ToContainTextAsync("3");
        await Page.Locator("#password-now").FillAsync("the old password 1");
        await Page.Locator("#password-new").FillAsync("the new password 2");
        await Page.GetByLabel("Revoke my API keys as well").CheckAsync();
        await PictureAsync("password-keys");
        Api.Accounts.Posted.Clear();
        await Page.Locator("form[data-session=password] button").ClickAsync();
        await Eventually.HoldsAsync(() => Api.Accounts.Posted.Count == 1);
        Api.Accounts.Posted.Single().GetProperty("revoke_keys").GetBoolean().ShouldBeTrue();
    }

    [TestCase("cross-site")]
    [TestCase("same-site")]
    [TestCase("none")]
    public async Task Another_sites_page_cannot_sign_anyone_in_or_out(string site)
    {
        foreach (var action in new[] { "sign-in", "sign-up", "sign-out", "password", "keep" })
        {
            var answer = await Page.APIRequest.PostAsync($"/session/{action}", new APIRequestContextOptions
            {
                Headers = [new("Sec-Fetch-Site", site), new("Content-Type", "application/json")],
                Data = "{}",
            });
            answer.Status.ShouldBeOneOf(400, 403);
        }

        var form = await Page.APIRequest.PostAsync("/session/sign-out", new APIRequestContextOptions
        {
            Headers = [new("Sec-Fetch-Site", "same-origin"), new("Content-Type", "text/plain")],
            Data = "{}",
        });
        form.Status.ShouldBeOneOf(400, 403);
    }

    private static async Task<WebProcess> StartWithAccountsAsync()
    {
        Api.Accounts.Required = true;
        return await WebProcess.StartAsync(Api.Address);
    }
}
