using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace ChatApp.Tests.Browser;

/// <summary>Takes the pictures that people look at: each state on a desktop, on a phone, and in the dark.</summary>
internal sealed class PictureTests : ScriptedPageTests
{
    private const string Rich = """"
        ## How a rainbow forms

        Sunlight enters a **water drop**, is *refracted*, reflected once at its back, and refracted again. Each colour leaves at its own angle, about `42°` for red; see [the full story](https://example.org/rainbow).

        1. Light enters and bends
        2. It is reflected at the back
           - a second reflection makes the *secondary* bow
        3. It leaves, spread into colours

        | Colour | Wavelength | Angle |
        |---|---:|---:|
        | Red | 700 nm | 42.4° |
        | Green | 530 nm | 41.5° |
        | Violet | 400 nm | 40.5° |

        ```python
        import math

        def deflection(angle: float, n: float = 1.333) -> float:
            """Total deflection of a ray, in degrees."""
            inside = math.asin(math.sin(angle) / n)  # Snell's law
            return math.degrees(math.pi + 2 * angle - 4 * inside)

        print(min(deflection(math.radians(a / 10)) for a in range(900)))
        ```

        - [x] Drops in front of you
        - [ ] Sun behind you

        > The centre of the bow is always opposite the sun.

        The angle follows from $\cos\theta = \sqrt{\frac{n^2-1}{3}}$, that is

        $$\theta = \arccos\sqrt{\frac{n^2-1}{3}} \approx 59.4^\circ$$

        ```mermaid
        flowchart LR
          Sun --> Drop --> Back --> Eye
        ```
        """";

    [TestCase("desktop", 1280, 800, false)]
    [TestCase("mobile", 360, 740, true)]
    public async Task Each_state_of_the_page_fits_its_screen(string name, int width, int height, bool mobile)
    {
        var page = await NewPageAsync(await NewContextAsync(width, height, mobile: mobile));
        await OpenAsync(page);
        await PicturesAsync("welcome");
        await FitsAsync(page);

        for (var i = 1; i <= 8; i++)
            Api.AddConversation($"An earlier conversation, number {i}, with a long name", "Hi", "Hello.");
        var conversation = Api.AddConversation("Why is there a rainbow?", "What is light?", "An electromagnetic wave that eyes can see.", "How does a rainbow form?", Rich);
        await OpenAsync(page, $"/c/{conversation.Id}");
        await Expect(Answers(page).Last.Locator("table")).ToBeVisibleAsync();
        await SettledAsync(page);
        await PicturesAsync("answer-end");
        await FitsAsync(page);
        await page.Locator("chat-scroller").EvaluateAsync("e => e.scrollTop = -e.scrollHeight");
        await SettledAsync(page);
        await PicturesAsync("answer-top");

        await page.Locator(".model-button").ClickAsync();
        await PicturesAsync("models");
        await page.Keyboard.PressAsync("Escape");
        if (mobile)
            await page.Locator(".sidebar-open").ClickAsync();
        await SettledAsync(page);
        await page.Locator(".conversation-more").First.ClickAsync();
        await Expect(page.Locator(".menu:popover-open")).ToBeVisibleAsync();
        await PicturesAsync("menu");
        await page.Keyboard.PressAsync("Escape");
        await page.Locator("[data-dialog=settings]").ClickAsync();
        await PicturesAsync("settings");
        await FitsAsync(page);
        await page.Keyboard.PressAsync("Escape");
        await page.Locator("[data-dialog=shortcuts]").ClickAsync();
        await PicturesAsync("shortcuts");
        await page.Keyboard.PressAsync("Escape");
        if (mobile)
            await page.Locator(".scrim").ClickAsync(new() { Position = new() { X = width - 5, Y = 300 } });

        Api.Answer = async (_, turn) =>
        {
            turn.Write("reasoning", new { Text = "The person asks for more. I should be brief." });
            turn.Write("tool_call", new { Id = "call_1", Name = "search", ArgumentsJson = "{\"query\":\"rainbow\"}" });
            turn.Write("tool_result", new { Id = "call_1", Content = "3 hits", Failed = false, DurationMs = 1234 });
            await turn.SayAsync("Here is **more** about it, and a list:\n\n- one\n- two");
            await turn.Gate.Task;
        };
        await page.Locator("#composer-input").FillAsync("Tell me more");
        await page.Locator("[data-send]").ClickAsync();
        await Expect(Answers(page).Last).ToContainTextAsync("two");
        await page.Locator("#composer-input").FillAsync("And then this one, please");
        await page.Locator("[data-send]").ClickAsync();
        await Expect(page.Locator(".queue")).ToContainTextAsync("And then");
        await PicturesAsync("streaming");
        await FitsAsync(page);
        Api.Turns.First(turn => !turn.Gate.Task.IsCompleted).Gate.SetResult();
        await page.Context.CloseAsync();

        // On a desktop in the dark too.
        async Task PicturesAsync(string state)
        {
            await PictureAsync($"{name}-{state}", page);
            if (mobile)
                return;
            await page.EmulateMediaAsync(new PageEmulateMediaOptions { ColorScheme = ColorScheme.Dark });
            await SettledAsync(page);
            await PictureAsync($"dark-{state}", page);
            await page.EmulateMediaAsync(new PageEmulateMediaOptions { ColorScheme = ColorScheme.Light });
            await SettledAsync(page);
        }
    }

    private static async Task FitsAsync(IPage page) =>
        (await page.EvaluateAsync<int>("() => document.documentElement.scrollWidth - innerWidth")).ShouldBeLessThanOrEqualTo(0, "The page is wider than the screen.");
}
