using Aspire.Hosting.Testing;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace ChatApp.Tests.Browser.Graph;

/// <summary>What happens within and after an answer of the bundled model: steps of tools, and the title.</summary>
internal sealed class GraphLiveTests : GraphPage
{
    [TestCase("what is 17 * 23?", "calculate", "391")]
    [TestCase("convert 10 miles to km", "convert_units", "16.09")]
    [TestCase("what time is it in Tokyo?", "current_time", "Tokyo")]
    public async Task A_tool_that_the_model_calls_is_a_step_of_the_answer_now_and_after_a_reload(string question, string tool, string result)
    {
        await Page.Locator(".model-button").ClickAsync();
        await Page.Locator("[data-model='chatapp-mini']").ClickAsync();
        await AskAsync(question);
        await Expect(Page.Locator("article.assistant")).ToHaveAttributeAsync("data-status", "Completed");
        var said = (await Page.Locator("article.assistant .markdown").Last.TextContentAsync())!.Trim();
        said.ShouldNotBeEmpty();
        for (var load = 0; load < 2; load++)
        {
            await Expect(Page.Locator(".step.tool summary")).ToContainTextAsync(tool);
            await Expect(Page.Locator(".step-state")).ToContainTextAsync("ms");
            await Expect(Page.Locator(".step-body")).ToBeHiddenAsync();
            await Page.Locator(".step.tool summary").ClickAsync();
            await Expect(Page.Locator(".step-body pre").Last).ToContainTextAsync(result);
            await Expect(Page.Locator("article.assistant .markdown").Last).ToHaveTextAsync(said);
            if (load == 1)
                break;
            await Expect(Page).ToHaveURLAsync(new System.Text.RegularExpressions.Regex("/c/conv_"));
            await Page.ReloadAsync();
            await Page.Locator("chat-composer[live]").WaitForAsync();
        }
    }

    [Test]
    public async Task A_session_is_ended_from_another_browser()
    {
        var email = $"two-{Guid.NewGuid():N}@example.org";
        await SignUpAsync(email, "a long enough secret 19");
        await Expect(Page.Locator(".facts-list").First).ToContainTextAsync(email);
        var lost = await OtherBrowserAsync();
        await SignInAsync(lost, email, "a long enough secret 19");
        await Expect(lost.Locator("#sidebar")).ToContainTextAsync(email);

        await Page.ReloadAsync();
        var sessions = Page.Locator("#sessions ~ .lines li");
        await Expect(sessions).ToHaveCountAsync(2);
        await sessions.GetByRole(AriaRole.Button, new() { Name = "Sign out" }).ClickAsync();
        await Expect(sessions).ToHaveCountAsync(1);
        await Expect(Page.Locator("#sidebar")).ToContainTextAsync(email);
        await lost.Context.CloseAsync();
    }

    [Test]
    public async Task A_title_is_on_every_page_when_it_is_made()
    {
        var page = await OtherBrowserAsync();
        await page.GotoAsync("/");
        await page.Locator("chat-composer[live]").WaitForAsync();
        await AskAsync("Tell me a story about a lighthouse");
        await Expect(Page).ToHaveURLAsync(new System.Text.RegularExpressions.Regex("/c/conv_"));
        var row = $".conversation:has(a[href='{new Uri(Page.Url).AbsolutePath.TrimStart('/')}'])";

        await Expect(Page.Locator($"{row} .conversation-title")).Not.ToHaveTextAsync("New chat");
        var title = (await Page.Locator($"{row} .conversation-title").TextContentAsync())!;
        await Expect(Page).ToHaveTitleAsync($"{title} · ChatApp");
        await Expect(Page.Locator(".topbar-title")).ToHaveTextAsync(title);
        await Expect(page.Locator($"{row} .conversation-title")).ToHaveTextAsync(title);
        await page.Context.CloseAsync();
    }
}
