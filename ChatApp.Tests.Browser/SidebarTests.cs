using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace ChatApp.Tests.Browser;

internal sealed class SidebarTests : ScriptedPageTests
{
    [Test]
    public async Task A_conversation_is_renamed_pinned_and_archived()
    {
        Api.AddConversation("First one", "Hi", "Hello");
        var conversation = Api.AddConversation("Second one", "Hi", "Hello");
        await OpenAsync(Page);

        await ChooseAsync("Second one", "Rename");
        await Expect(Page.Locator(".rename input")).ToBeFocusedAsync();
        await Page.Keyboard.PressAsync("Control+A");
        await Page.Keyboard.TypeAsync("A better name");
        await Page.Keyboard.PressAsync("Enter");
        await Expect(Row("A better name")).ToBeVisibleAsync();
        await Eventually.HoldsAsync(() => conversation.Title == "A better name", "the Api hears the new name");

        await ChooseAsync("A better name", "Pin");
        await Expect(Page.Locator(".group-heading").First).ToHaveTextAsync("Pinned");
        await Eventually.HoldsAsync(() => conversation.Pinned, "the Api hears of the pin");

        await ChooseAsync("A better name", "Archive");
        await Expect(Row("A better name")).ToHaveCountAsync(0);
        await Page.GetByRole(AriaRole.Button, new() { Name = "Archive", Exact = true }).ClickAsync();
        await Expect(Row("A better name")).ToBeVisibleAsync();
        await ChooseAsync("A better name", "Take out of the archive");
        await Expect(Row("A better name")).ToHaveCountAsync(0);
        await Eventually.HoldsAsync(() => !conversation.Archived, "the Api hears that it is out of the archive");
    }

    [Test]
    public async Task Deleting_can_be_undone_until_its_message_goes()
    {
        Api.AddConversation("Keep me", "Hi", "Hello");
        await OpenAsync(Page);
        await ChooseAsync("Keep me", "Delete");
        await Expect(Row("Keep me")).ToHaveCountAsync(0);
        await Page.GetByRole(AriaRole.Button, new() { Name = "Undo" }).ClickAsync();
        await Expect(Row("Keep me")).ToBeVisibleAsync();

        await ChooseAsync("Keep me", "Delete");
        await Page.Locator(".toast").GetByRole(AriaRole.Button, new() { Name = "Close" }).ClickAsync();
        await Expect(Page.Locator(".toast")).ToHaveCountAsync(0);
        await Page.ReloadAsync();
        await Expect(Page.Locator(".sidebar-note")).ToBeVisibleAsync();
        Api.Requests.ShouldContain(request => request.StartsWith("DELETE", StringComparison.Ordinal));
    }

    [Test]
    public async Task Leaving_the_page_after_deleting_deletes()
    {
        Api.AddConversation("Short-lived", "Hi", "Hello");
        await OpenAsync(Page);
        var deleted = Api.RequestedAsync(request => request.StartsWith("DELETE", StringComparison.Ordinal));
        await ChooseAsync("Short-lived", "Delete");
        await Expect(Row("Short-lived")).ToHaveCountAsync(0);
        await Page.GotoAsync("about:blank");
        await deleted.WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Test]
    public async Task A_new_chat_in_another_tab_leaves_this_one()
    {
        var conversation = Api.AddConversation("Stays", "Hi", "Hello");
        await OpenAsync(Page, $"/c/{conversation.Id}");
        var tab = await Page.Context.RunAndWaitForPageAsync(() => Page.Locator(".new-chat").ClickAsync(new() { Modifiers = [KeyboardModifier.ControlOrMeta] }));
        await Expect(tab.Locator(".welcome")).ToBeVisibleAsync();
        await tab.Locator("chat-composer[live]").WaitForAsync();
        await Expect(Answers(Page)).ToContainTextAsync("Hello");
    }

    [Test]
    public async Task Search_shows_hits_as_one_types()
    {
        Api.AddConversation("About cats", "What do cats eat?", "Mostly fish.");
        Api.AddConversation("About dogs", "What do dogs eat?", "Mostly meat.");
        await OpenAsync(Page);
        await Page.Keyboard.PressAsync("Control+K");
        await Page.Keyboard.TypeAsync("fish");
        await Expect(Page.Locator(".conversation")).ToHaveCountAsync(1);
        await Expect(Page.Locator(".conversation mark")).ToHaveTextAsync("fish");
        await PictureAsync("search");
        await Page.Locator("#sidebar-search").FillAsync("");
        await Expect(Page.Locator(".conversation")).ToHaveCountAsync(2);
    }

    [Test]
    public async Task The_list_goes_on_as_one_scrolls()
    {
        for (var i = 0; i < 95; i++)
            Api.AddConversation($"Conversation {i}", "Hi", "Hello");
        await OpenAsync(Page);
        for (var round = 0; round < 20 && await Page.Locator(".conversation").CountAsync() < 95; round++)
        {
            var shown = await Page.Locator(".conversation").CountAsync();
            await Page.Locator("#conversations").EvaluateAsync("e => e.scrollTop = e.scrollHeight");
            await Expect(Page.Locator(".conversation").Nth(shown)).ToBeAttachedAsync();
        }

        await Expect(Page.Locator(".conversation")).ToHaveCountAsync(95);
    }

    [Test]
    public async Task A_conversation_deleted_in_one_tab_leaves_the_other()
    {
        var conversation = Api.AddConversation("Gone soon", "Hi", "Hello");
        var other = await NewPageAsync(await NewContextAsync());
        await OpenAsync(other, $"/c/{conversation.Id}");
        await OpenAsync(Page);
        await ChooseAsync("Gone soon", "Delete");
        await Page.Locator(".toast").GetByRole(AriaRole.Button, new() { Name = "Close" }).ClickAsync();
        await Expect(other.Locator(".welcome")).ToBeVisibleAsync();
        await other.Context.CloseAsync();
    }

    [Test]
    public async Task What_is_typed_before_the_field_for_it_is_there_goes_into_it()
    {
        var conversation = Api.AddConversation("The old name", "Hi", "Hello");
        await OpenAsync(Page);
        // All within one task of the browser: nothing of the server's can come in between.
        await Page.EvaluateAsync("""
            () => {
              document.querySelector('.conversation [data-brings-field]').click();
              for (const key of ['N', 'e', 'w', 'x', 'Backspace', 'Enter'])
                document.body.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
            }
            """);
        await Expect(Page.Locator(".conversation-title")).ToHaveTextAsync("New");
        await Eventually.HoldsAsync(() => conversation.Title == "New");
    }

    [Test]
    public async Task What_is_done_in_one_browser_shows_in_the_other_at_once()
    {
        var conversation = Api.AddConversation("The old name", "Hi", "Hello");
        Api.AddConversation("Another one", "Hi", "Hello");
        var other = await NewPageAsync(await NewContextAsync());
        await OpenAsync(other, $"/c/{conversation.Id}");
        await OpenAsync(Page);

        await ChooseAsync("The old name", "Rename");
        await Page.Keyboard.PressAsync("Control+A");
        await Page.Keyboard.TypeAsync("The new name");
        await Page.Keyboard.PressAsync("Enter");
        await Expect(other.Locator(".conversation.active")).ToContainTextAsync("The new name");
        await Expect(other.Locator(".topbar-title")).ToHaveTextAsync("The new name");
        await Expect(other).ToHaveTitleAsync("The new name · ChatApp");

        await ChooseAsync("The new name", "Pin");
        await Expect(other.Locator(".group-heading").First).ToHaveTextAsync("Pinned");
        await ChooseAsync("Another one", "Archive");
        await Expect(other.Locator(".conversation[data-id]")).ToHaveCountAsync(1);

        await AskAsync(Page, "Something new");
        await Expect(other.Locator(".conversation", new() { HasText = "Something new" })).ToBeVisibleAsync();
        await other.Context.CloseAsync();
    }

    [Test]
    public async Task What_was_missed_while_the_stream_of_changes_was_down_shows_when_it_is_back()
    {
        var conversation = Api.AddConversation("The old name", "Hi", "Hello");
        await OpenAsync(Page, $"/c/{conversation.Id}");
        Api.Down = true;
        Api.Changes.Cut();
        conversation.Change(new ChatApp.Web.Api.ConversationChange { Title = "Renamed meanwhile" });
        conversation.Add("msg_meanwhile", conversation.Leaf, "user", "From the phone", "Completed");
        Api.Down = false;
        await Expect(Row("Renamed meanwhile")).ToBeVisibleAsync();
        await Expect(Page.Locator(".message.user").Last).ToContainTextAsync("From the phone");
    }

    private ILocator Row(string title) => Page.Locator(".conversation", new() { HasText = title });

    private async Task ChooseAsync(string title, string item)
    {
        await Row(title).HoverAsync();
        await Row(title).Locator(".conversation-more").ClickAsync();
        await Page.Locator(".menu:popover-open").GetByRole(AriaRole.Menuitem, new() { Name = item, Exact = true }).ClickAsync();
    }
}
