using System.Text.Json;
using ChatApp.Tests.Web;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace ChatApp.Tests.Browser;

/// <summary>Whatever people, models and tools write: none of it runs.</summary>
internal sealed class InjectionTests : ScriptedPageTests
{
    private const string Payload = "\"'><img src=x onerror=\"window.pwned=1\"><script>window.pwned=1</script>";

    [Test]
    public async Task Nothing_that_is_stored_runs()
    {
        var hostile = MarkdownRendererTests.Hostile().Select(text => text.Replace("alert(1)", "window.pwned=1", StringComparison.Ordinal)).ToList();
        var messages = hostile.SelectMany(text => new[] { text, text + "\n\n" + Payload }).ToArray();
        var conversation = Api.AddConversation($"Title {Payload}", messages);
        conversation.Change(new() { Folder = Payload });
        conversation.Add("msg_files", conversation.Leaf, "user", $"[1] {Payload}", "Completed", content: JsonSerializer.SerializeToElement(new
        {
            files = new[] { new { id = Payload, name = Payload, media_type = "text/plain", bytes = 1 }, new { id = "../x\"'", name = Payload, media_type = $"image/{Payload}", bytes = 1 } },
        }));
        conversation.Add("msg_steps", "msg_files", "assistant", $"See [1], [2] and {Payload}", "Completed", content: JsonSerializer.SerializeToElement(new
        {
            parts = new object[] { new { type = "tool_call", id = Payload, name = Payload, arguments_json = Payload, status = "succeeded", result = $"[1] {Payload}\n[2] javascript:window.pwned=1", duration_ms = 1 }, new { type = Payload } },
            passages = new[] { new { number = 1, title = Payload, text = Payload } },
        }));
        Page.Dialog += (_, dialog) => Assert.Fail($"A dialog opened: {dialog.Message}");
        await OpenAsync(Page, $"/c/{conversation.Id}");
        await Expect(Answers(Page).Last).ToBeVisibleAsync();
        await SettledAsync(Page);
        await AssertHarmlessAsync();
        foreach (var step in await Page.Locator("details.step summary").AllAsync())
            await step.ClickAsync();
        foreach (var chip in await Page.Locator("button.citation").AllAsync())
        {
            await chip.ClickAsync();
            await Expect(Page.Locator(".passage:popover-open")).ToBeVisibleAsync();
            await Page.Keyboard.PressAsync("Escape");
        }

        await Expect(Page.Locator("button.citation")).ToHaveCountAsync(2);
        await SettledAsync(Page);
        await AssertHarmlessAsync();

        // Also where a link or a diagram is used.
        foreach (var link in await Page.Locator(".markdown a").AllAsync())
            (await link.GetAttributeAsync("href"))!.ShouldNotContain("script:");
        await Page.Locator(".folder-link").ClickAsync();
        await Expect(Page.Locator(".conversation[data-id]")).ToBeVisibleAsync();
        Api.Shares["shared"] = conversation;
        await Page.GotoAsync("/shared/shared");
        await Expect(Answers(Page).Last).ToBeVisibleAsync();
        await SettledAsync(Page);
        await AssertHarmlessAsync();
        await OpenAsync(Page);
        await Page.Locator("#sidebar-search").FillAsync("onerror");
        await Expect(Page.Locator(".conversation mark")).ToBeVisibleAsync();
        await AssertHarmlessAsync();
    }

    [Test]
    public async Task Nothing_that_streams_runs()
    {
        Api.Answer = async (_, turn) =>
        {
            turn.Write("notice", new { Code = "queue", Text = Payload });
            turn.Write("reasoning", new { Text = Payload });
            turn.Write("tool_call", new { Id = "1", Name = Payload, ArgumentsJson = Payload });
            turn.Write("tool_result", new { Id = "1", Content = Payload, Failed = true, DurationMs = 3 });
            turn.Conversation.Title = Payload;
            turn.Conversation.Announce();
            foreach (var text in MarkdownRendererTests.Hostile())
            {
                foreach (var piece in text.Replace("alert(1)", "window.pwned=1", StringComparison.Ordinal).Chunk(5))
                    turn.Token(new string(piece));
                turn.Token("\n\n");
                // The page draws what it has: half a text is as hostile as a whole one.
                await Page.EvaluateAsync("() => new Promise(drawn => requestAnimationFrame(() => drawn()))");
            }

            throw new InvalidOperationException(Payload);
        };
        await OpenAsync(Page);
        await AskAsync(Page, Payload);
        await Expect(Page.Locator(".error-note")).ToBeVisibleAsync();
        foreach (var step in await Page.Locator("details.step summary").AllAsync())
            await step.ClickAsync();
        await SettledAsync(Page);
        await AssertHarmlessAsync();
    }

    [Test]
    public async Task The_pages_policy_stops_a_script_that_got_in_all_the_same()
    {
        await OpenAsync(Page);
        var ran = await Page.EvaluateAsync<bool>("""
            async () => {
              const violations = [];
              const blocked = new Promise(resolve => document.addEventListener('securitypolicyviolation', event => {
                violations.push(event.effectiveDirective);
                if (violations.length === 2)
                  resolve();
              }));
              const script = document.createElement('script');
              script.textContent = 'window.pwned = 1';
              document.body.append(script);
              const image = document.createElement('img');
              image.setAttribute('onerror', 'window.pwned = 1');
              const failed = new Promise(resolve => image.addEventListener('error', resolve));
              image.src = '/nothing';
              document.body.append(image);
              await Promise.all([blocked, failed]);
              return window.pwned !== undefined;
            }
            """);
        ran.ShouldBeFalse();
        (await Page.EvaluateAsync<string>("""
            () => {
              document.body.insertAdjacentHTML('beforeend', '<p id="probe" style="position: fixed">x</p>');
              return getComputedStyle(document.getElementById('probe')).position;
            }
            """)).ShouldBe("static", "Markup carries no styles.");
        (await Page.EvaluateAsync<string>("() => fetch('https://example.org/').then(() => 'loaded', () => 'refused')")).ShouldBe("refused");
    }

    private async Task AssertHarmlessAsync()
    {
        (await Page.EvaluateAsync<bool>("() => window.pwned === undefined")).ShouldBeTrue("Something that was only text has run.");
        (await Page.Locator(".markdown script, .markdown iframe, .markdown form, .markdown [onerror], .markdown [onload], .markdown [style]:not(chat-math *, chat-diagram *)").CountAsync()).ShouldBe(0);
    }
}
