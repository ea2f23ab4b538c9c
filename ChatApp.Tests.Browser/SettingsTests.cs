using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace ChatApp.Tests.Browser;

internal sealed partial class SettingsTests : ScriptedPageTests
{
    [Test]
    public async Task Theme_and_size_take_effect_at_once_and_stay()
    {
        await OpenAsync(Page);
        await Page.Keyboard.PressAsync("Control+,");
        await Page.Locator("#setting-theme").SelectOptionAsync("dark");
        await Page.Locator("#setting-font").SelectOptionAsync("large");
        await Expect(Page.Locator("html")).ToHaveAttributeAsync("data-theme", "dark");
        await Page.ReloadAsync();
        await Expect(Page.Locator("html")).ToHaveAttributeAsync("data-theme", "dark");
        await Expect(Page.Locator("html")).ToHaveAttributeAsync("data-font", "large");
        (await Page.EvaluateAsync<string>("() => getComputedStyle(document.body).backgroundColor")).ShouldBe("rgb(23, 24, 28)");
    }

    [Test]
    public async Task The_page_speaks_german_when_asked_to()
    {
        await OpenAsync(Page);
        await Page.Keyboard.PressAsync("Control+,");
        await Page.Locator("#setting-language").SelectOptionAsync("de");
        await Expect(Page.Locator("html")).ToHaveAttributeAsync("lang", "de");
        await Expect(Page.Locator(".welcome h2")).ToHaveTextAsync("Wobei kann ich helfen?");
        await Page.Locator("chat-composer[live]").WaitForAsync();
        await AskAsync(Page, "Hallo");
        await Expect(Answers(Page)).ToContainTextAsync("Hello.");
        await Expect(Answers(Page).GetByRole(AriaRole.Button, new() { Name = "Kopieren" })).ToBeVisibleAsync();
        await PictureAsync("german");
    }

    [Test]
    public async Task The_chosen_model_answers_and_is_remembered()
    {
        string? asked = null;
        Api.Answer = (request, turn) =>
        {
            asked = request.Model;
            return turn.SayAsync("Done.");
        };
        await OpenAsync(Page);
        await Page.Locator(".model-button").ClickAsync();
        await Page.GetByRole(AriaRole.Menuitemradio, new() { Name = "large" }).ClickAsync();
        await Expect(Page.Locator(".model-button")).ToContainTextAsync("large");
        await AskAsync(Page, "Go");
        await Expect(Answers(Page)).ToContainTextAsync("Done.");
        asked.ShouldBe("large");
        await Page.ReloadAsync();
        await Page.Locator("chat-composer[live]").WaitForAsync();
        await Expect(Page.Locator(".model-button")).ToContainTextAsync("large");
        await Answers(Page).GetByRole(AriaRole.Button, new() { Name = "Details of this answer" }).ClickAsync();
        await Expect(Page.Locator(".facts")).ToContainTextAsync("12 tokens in (4 cached)");
        await Expect(Page.Locator(".facts")).ToContainTextAsync("cost");
        await Expect(Page.Locator(".facts")).ToContainTextAsync("first token after 42 ms");
        await Expect(Page.Locator(".facts")).ToContainTextAsync("2 older messages left out");
        await Expect(Page.Locator(".times [data-time=Decode]")).ToContainTextAsync("850 ms");
    }

    [Test]
    public async Task The_picker_tells_what_a_model_holds_and_costs_and_the_settings_keep_a_default()
    {
        await OpenAsync(Page);
        await Expect(Page.Locator(".model-button")).ToContainTextAsync("Auto");
        await Page.Locator(".model-button").ClickAsync();
        var large = Page.GetByRole(AriaRole.Menuitemradio, new() { Name = "large" });
        foreach (var fact in new[] { "best", "128k", "2 in, 8 out", "Careful answers" })
            await Expect(large).ToContainTextAsync(fact);
        await Expect(Page.GetByRole(AriaRole.Menuitemradio, new() { Name = "Auto" })).ToHaveAttributeAsync("aria-checked", "true");
        await Page.Keyboard.PressAsync("Escape");

        await Page.Keyboard.PressAsync("Control+,");
        await Page.Locator("#setting-model").SelectOptionAsync("small");
        await Page.Keyboard.PressAsync("Escape");
        await Expect(Page.Locator(".model-button")).ToContainTextAsync("small");
        await Page.WaitForFunctionAsync("() => document.cookie.includes('small')");
        await Page.ReloadAsync();
        await Expect(Page.Locator(".model-button")).ToContainTextAsync("small");
    }

    [Test]
    public async Task Code_is_copied_as_it_is_and_formulas_and_diagrams_are_drawn()
    {
        var conversation = Api.AddConversation("Rich", "Show me", "```csharp\nvar a = \"<b>\";\nvar b = 2;\n```\n\n$$\\frac{1}{2}$$\n\n```mermaid\nflowchart LR\n  A --> B\n```");
        await OpenAsync(Page, $"/c/{conversation.Id}");
        await Page.Locator(".code-copy").First.ClickAsync();
        (await Page.EvaluateAsync<string>("() => navigator.clipboard.readText()")).ShouldBe("var a = \"<b>\";\nvar b = 2;");

        // Without npm at build time there is nothing to draw with, and the sources show.
        var built = (await Page.APIRequest.GetAsync("/lib/katex/katex.mjs")).Ok;
        if (built)
        {
            await Expect(Page.Locator("chat-math .katex")).ToBeVisibleAsync();
            var diagram = Page.Locator("chat-diagram img");
            await Expect(diagram).Not.ToHaveAttributeAsync("src", LightText());
            await Page.EmulateMediaAsync(new PageEmulateMediaOptions { ColorScheme = ColorScheme.Dark });
            await Expect(diagram).ToHaveAttributeAsync("src", LightText());
            Errors.ShouldBeEmpty();
        }
        else
        {
            await Expect(Page.Locator("chat-math")).ToContainTextAsync("\\frac{1}{2}");
            await Expect(Page.Locator("chat-diagram")).ToContainTextAsync("A --> B");
        }
    }

    [Test]
    public async Task A_formula_has_all_its_parts_and_what_cannot_be_drawn_is_small_and_says_so()
    {
        var conversation = Api.AddConversation("Rich", "Show me", "$$\\vec{v} + \\sqrt{x} + \\boldsymbol{w} + \\fcolorbox{red}{white}{y} + \\cancel{z}$$\n\n$$\\nosuch{a}$$\n\n```mermaid\nflowchart LR\n  A --> B\n```\n\n```mermaid\nnonsense\n```");
        await OpenAsync(Page, $"/c/{conversation.Id}");
        await SettledAsync(Page);
        (await Page.Locator("chat-math.plain").EvaluateAllAsync<double[]>("all => all.map(one => one.getBoundingClientRect().height)")).ShouldAllBe(height => height < 60);
        if (!(await Page.APIRequest.GetAsync("/lib/katex/katex.mjs")).Ok)
            return;
        await Expect(Page.Locator("chat-math.plain")).ToHaveCountAsync(1);
        (await Page.Locator("chat-math .katex-overlay svg").EvaluateAsync<string>("svg => svg.style.width")).ShouldNotBeEmpty("the arrow of a vector has its width");
        Errors.ShouldBeEmpty();

        var (drawn, broken) = (Page.Locator(".diagram-block").First, Page.Locator(".diagram-block").Last);
        await Expect(broken.Locator(".diagram-broken")).ToBeVisibleAsync();
        await Expect(broken.Locator("pre")).ToContainTextAsync("nonsense");
        await Expect(drawn.Locator(".diagram-broken")).ToBeHiddenAsync();
        await drawn.GetByRole(AriaRole.Button, new() { Name = "Source" }).ClickAsync();
        await Expect(drawn.Locator("pre")).ToContainTextAsync("A --> B");
        await drawn.GetByRole(AriaRole.Button, new() { Name = "Source" }).ClickAsync();
        await Expect(drawn.Locator("img")).ToBeVisibleAsync();
        await drawn.GetByRole(AriaRole.Button, new() { Name = "Copy" }).ClickAsync();
        (await Page.EvaluateAsync<string>("() => navigator.clipboard.readText()")).ShouldBe("flowchart LR\n  A --> B");
        await drawn.GetByRole(AriaRole.Button, new() { Name = "Enlarge" }).ClickAsync();
        await Expect(Page.Locator("#diagram img")).ToBeVisibleAsync();
        await PictureAsync("diagram-enlarged");
        await Page.Keyboard.PressAsync("Escape");
        await Expect(Page.Locator("#diagram")).ToBeHiddenAsync();
    }

    [Test]
    public async Task Where_the_clipboard_is_refused_it_is_copied_the_old_way_or_said()
    {
        await Page.AddInitScriptAsync("""
            Object.defineProperty(navigator, 'clipboard', { value: undefined });
            window.works = true;
            document.execCommand = () => { window.copied = document.activeElement.value; return window.works; };
            """);
        var conversation = Api.AddConversation("Rich", "Show me", "Some **bold** words");
        await OpenAsync(Page, $"/c/{conversation.Id}");
        var copy = Answers(Page).GetByRole(AriaRole.Button, new() { Name = "Copy" });
        await copy.ClickAsync();
        await Expect(copy).ToHaveClassAsync(new Regex("done"));
        (await Page.EvaluateAsync<string>("() => window.copied")).ShouldBe("Some **bold** words");

        await Page.EvaluateAsync("() => { window.works = false; }");
        await copy.ClickAsync();
        await Expect(Page.Locator(".toast")).ToContainTextAsync("did not let this be copied");
        await Expect(Answers(Page)).ToContainTextAsync("bold");
    }

    [Test]
    public async Task The_page_can_be_installed()
    {
        await OpenAsync(Page);
        var manifest = await Page.APIRequest.GetAsync("/manifest.webmanifest");
        manifest.Ok.ShouldBeTrue();
        var icons = (await manifest.JsonAsync())!.Value.GetProperty("icons").EnumerateArray().Select(icon => icon.GetProperty("src").GetString()!).ToList();
        icons.Count.ShouldBeGreaterThan(2);
        foreach (var icon in icons)
            (await Page.APIRequest.GetAsync($"/{icon}")).Ok.ShouldBeTrue(icon);
    }

    /// <summary>What Mermaid writes with in the dark.</summary>
    [GeneratedRegex("fill%3A%23ccc")]
    private static partial Regex LightText();
}
