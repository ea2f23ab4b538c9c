using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace ChatApp.Tests.Browser;

internal sealed class FolderTests : ScriptedPageTests
{
    [Test]
    public async Task A_conversation_is_moved_into_a_folder_that_is_renamed_and_removed()
    {
        var conversation = Api.AddConversation("Budget", "Hi", "Hello");
        Api.AddConversation("Holidays", "Hi", "Hello");
        await OpenAsync(Page);
        await MenuAsync("Budget", "Move to folder …");
        await Page.Locator("#folder-name").FillAsync("Work");
        await PictureAsync("move");
        await Page.Keyboard.PressAsync("Enter");
        await Expect(Page.Locator("#move")).ToBeHiddenAsync();
        await Expect(Row("Budget")).ToHaveCountAsync(0);
        await Expect(Page.Locator(".toast")).ToContainTextAsync("Moved to “Work”");
        conversation.Folder.ShouldBe("Work");

        await Page.Locator(".folder-link", new() { HasText = "Work" }).ClickAsync();
        await Expect(Page.Locator(".folder").Locator(Row("Budget"))).ToBeVisibleAsync();
        await Expect(Page.Locator(".folder").Locator(Row("Holidays"))).ToHaveCountAsync(0);
        await Expect(Row("Holidays")).ToBeVisibleAsync();
        await PictureAsync("folder");
        await FolderMenuAsync("Rename");
        await Page.Locator(".folder-head .rename input").FillAsync("Office");
        await Page.Locator(".folder-head .rename input").PressAsync("Enter");
        await Expect(Page.Locator(".folder-link[aria-expanded=true]")).ToHaveTextAsync("Office");
        conversation.Folder.ShouldBe("Office");

        await FolderMenuAsync("Remove folder, keep chats");
        await Expect(Page.Locator(".folder-head")).ToHaveCountAsync(0);
        await Expect(Row("Budget")).ToBeVisibleAsync();
        await Expect(Row("Holidays")).ToBeVisibleAsync();
        conversation.Folder.ShouldBeNull();
    }

    [Test]
    public async Task A_chat_begun_in_an_open_folder_belongs_to_it()
    {
        Api.AddConversation("Old", "Hi", "Hello").Change(new() { Folder = "Work" });
        await OpenAsync(Page);
        await Page.Locator(".folder-link").ClickAsync();
        await Expect(Row("Old")).ToBeVisibleAsync();
        await AskAsync(Page, "Something new");
        await Expect(Row("Something new")).ToBeVisibleAsync();
        await Page.Locator(".folder-link").ClickAsync();
        await Expect(Row("Something new")).ToHaveCountAsync(0);
    }

    private ILocator Row(string title) => Page.Locator(".conversation", new() { HasText = title }).And(Page.Locator("[data-id]"));

    private async Task MenuAsync(string title, string item)
    {
        await Row(title).HoverAsync();
        await Row(title).Locator(".conversation-more").ClickAsync();
        await Page.Locator(".menu:popover-open").GetByRole(AriaRole.Menuitem, new() { Name = item, Exact = true }).ClickAsync();
    }

    private async Task FolderMenuAsync(string item)
    {
        await Page.Locator(".folder-head [aria-haspopup=menu]").ClickAsync();
        await Page.Locator(".menu:popover-open").GetByRole(AriaRole.Menuitem, new() { Name = item, Exact = true }).ClickAsync();
    }
}
