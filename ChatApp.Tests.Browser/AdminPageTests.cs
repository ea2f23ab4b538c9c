using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace ChatApp.Tests.Browser;

internal sealed class AdminPageTests : ScriptedPageTests
{
    [SetUp]
    public void BeAdministrator() => (Api.Accounts.Kind, Api.Accounts.Role) = ("account", "admin");

    [Test]
    public async Task Nobody_else_sees_the_administration()
    {
        Api.Accounts.Role = "user";
        await OpenAsync(Page);
        await Expect(Page.Locator("#sidebar a[href='admin']")).ToHaveCountAsync(0);
        await Page.GotoAsync("/admin/users");
        await Expect(Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("For administrators only");
        Api.Requests.ShouldNotContain(request => request.Contains("/api/admin", StringComparison.Ordinal));
    }

    [Test]
    public async Task A_user_is_found_given_another_plan_banned_and_let_in_again()
    {
        await OpenAsync(Page);
        await Page.Locator("#sidebar a[href='admin']").ClickAsync();
        var row = Page.Locator("tr[data-id=user_2]");
        await Expect(row).ToBeVisibleAsync();
        await PictureAsync("admin-users");
        await Expect(Page.Locator("tr[data-id=user_1]").GetByLabel("Role")).ToBeDisabledAsync();

        await row.GetByLabel("Plan").SelectOptionAsync("plus");
        await Expect(Page.Locator(".toast")).ToContainTextAsync("Saved");
        Api.Admin.Users["user_2"].Plan.ShouldBe("plus");
        await ChooseAsync(row, "Ban for a week");
        await Expect(row).ToContainTextAsync("banned until");
        Api.Admin.Users["user_2"].BannedUntil.ShouldNotBeNull();
        await ChooseAsync(row, "Lift the ban");
        await Expect(row).ToContainTextAsync("active");
        await ChooseAsync(row, "Sign out everywhere");
        await Expect(Page.Locator(".toast", new() { HasText = "Signed out" })).ToBeVisibleAsync();
        Api.Admin.SignedOut.ShouldBe(["user_2"]);
        await ChooseAsync(row, "Usage");
        await Expect(Page.Locator(".user-usage svg rect").First).ToBeVisibleAsync();

        await Page.Locator("#user-search").FillAsync("person1");
        await Page.Keyboard.PressAsync("Enter");
        await Expect(Page.Locator("tr[data-id]")).ToHaveCountAsync(1);
    }

    [Test]
    public async Task Every_section_shows_what_it_is_about()
    {
        foreach (var (section, shown) in new[] { ("plans", "no limit"), ("models", "8,192"), ("usage", "Titles"), ("audit", "admin.user_changed"), ("bans", "Nothing is banned.") })
        {
            await OpenSectionAsync(section);
            await Expect(Page.Locator(".page")).ToContainTextAsync(shown);
            await PictureAsync($"admin-{section}");
        }
    }

    [Test]
    public async Task An_address_is_banned_and_the_ban_lifted()
    {
        await OpenSectionAsync("bans");
        await Page.Locator("#ban-value").FillAsync("nonsense");
        await Page.GetByRole(AriaRole.Button, new() { Name = "Ban", Exact = true }).ClickAsync();
        await Expect(Page.Locator(".toast.error")).ToContainTextAsync("no address");
        await Page.Locator("#ban-value").FillAsync("203.0.113.9");
        await Page.Locator("#ban-reason").FillAsync("spam");
        await Page.GetByRole(AriaRole.Button, new() { Name = "Ban", Exact = true }).ClickAsync();
        await Expect(Page.Locator(".lines")).ToContainTextAsync("203.0.113.9");
        Api.Admin.Bans.Single().Reason.ShouldBe("spam");
        await Page.GetByRole(AriaRole.Button, new() { Name = "Lift" }).ClickAsync();
        await Expect(Page.Locator(".page")).ToContainTextAsync("Nothing is banned.");
    }

    [Test]
    public async Task The_log_goes_on_and_is_narrowed_to_a_subject()
    {
        await OpenSectionAsync("audit");
        await Expect(Page.Locator("tbody tr")).ToHaveCountAsync(100);
        await Page.GetByRole(AriaRole.Button, new() { Name = "Load more" }).ClickAsync();
        await Expect(Page.Locator("tbody tr")).ToHaveCountAsync(150);
        await Page.Locator("#audit-subject").FillAsync("user_2");
        await Page.GetByRole(AriaRole.Button, new() { Name = "Filter" }).ClickAsync();
        await Expect(Page.Locator("tbody tr")).ToHaveCountAsync(50);
    }

    [Test]
    public async Task What_the_server_refuses_is_said_and_can_be_tried_again()
    {
        Api.Admin.Refusal = "This route is for administrators.";
        await OpenSectionAsync("usage");
        await Expect(Page.Locator(".error-note")).ToContainTextAsync("This route is for administrators.");
        Api.Admin.Refusal = null;
        await Page.GetByRole(AriaRole.Button, new() { Name = "Try again" }).ClickAsync();
        await Expect(Page.Locator(".totals")).ToBeVisibleAsync();
    }

    private async Task OpenSectionAsync(string section)
    {
        await Page.GotoAsync($"/admin/{section}");
        await Page.Locator("[data-live=true]").WaitForAsync();
    }

    private async Task ChooseAsync(ILocator row, string item)
    {
        await row.Locator("[popovertarget]").ClickAsync();
        await Page.Locator(".menu:popover-open").GetByRole(AriaRole.Menuitem, new() { Name = item }).ClickAsync();
    }
}
