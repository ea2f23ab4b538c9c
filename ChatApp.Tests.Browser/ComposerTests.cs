using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace ChatApp.Tests.Browser;

internal sealed class ComposerTests : ScriptedPageTests
{
    [Test]
    public async Task Each_conversation_keeps_its_draft()
    {
        var one = Api.AddConversation("One", "Hi", "Hello");
        Api.AddConversation("Two", "Hi", "Hello");
        await OpenAsync(Page, $"/c/{one.Id}");
        await Page.Locator("#composer-input").FillAsync("half a thought");
        await Page.Locator(".conversation", new() { HasText = "Two" }).ClickAsync();
        await Expect(Page.Locator("#composer-input")).ToHaveValueAsync("");
        await Page.Locator(".conversation", new() { HasText = "One" }).ClickAsync();
        await Expect(Page.Locator("#composer-input")).ToHaveValueAsync("half a thought");
        await Page.ReloadAsync();
        await Expect(Page.Locator("#composer-input")).ToHaveValueAsync("half a thought");

        await OpenAsync(Page);
        await Page.Locator("#composer-input").FillAsync("half a question");
        await Page.Locator(".conversation", new() { HasText = "One" }).ClickAsync();
        await Expect(Page.Locator("#composer-input")).ToHaveValueAsync("half a thought");
        await Page.ReloadAsync();
        await OpenAsync(Page);
        await Expect(Page.Locator("#composer-input")).ToHaveValueAsync("half a question");

        // Also after a message that was refused.
        Api.Refusal = "Too many messages";
        await AskAsync(Page, "refused");
        await Expect(Answers(Page)).ToContainTextAsync("Too many messages");
        Api.Refusal = null;
        await Page.Locator("#composer-input").FillAsync("typed after it");
        await Page.Locator(".conversation", new() { HasText = "One" }).ClickAsync();
        await Expect(Page.Locator("#composer-input")).ToHaveValueAsync("half a thought");
    }

    [Test]
    public async Task What_was_refused_is_a_draft_with_its_files_until_the_server_has_it()
    {
        await OpenAsync(Page);
        Api.Refusal = "Too many messages";
        await Page.Locator("[data-files]").SetInputFilesAsync(new FilePayload { Name = "notes.txt", MimeType = "text/plain", Buffer = "Some notes"u8.ToArray() });
        await Expect(Page.Locator(".attachments [data-state=done]")).ToHaveCountAsync(1);
        await AskAsync(Page, "refused at first");
        await Expect(Answers(Page)).ToContainTextAsync("Too many messages");
        await Expect(Page.Locator("#composer-input")).ToHaveValueAsync("");
        await Page.ReloadAsync();
        await Expect(Page.Locator("#composer-input")).ToHaveValueAsync("refused at first");
        await Expect(Page.Locator(".attachments")).ToContainTextAsync("notes.txt");

        await Page.Locator("chat-composer[live]").WaitForAsync();
        await Page.Locator("#composer-input").PressAsync("Enter");
        await Expect(Answers(Page)).ToContainTextAsync("Too many messages");
        Api.Refusal = null;
        await Page.GetByRole(AriaRole.Button, new() { Name = "Try again" }).ClickAsync();
        await Expect(Answers(Page)).ToContainTextAsync("Hello.");
        await Expect(Page.Locator(".message.user .file-chip")).ToContainTextAsync("notes.txt");
        await Page.WaitForFunctionAsync("() => !Object.keys(localStorage).some(key => key.startsWith('chatapp.draft.'))");
    }

    [Test]
    public async Task A_message_that_came_too_late_stands_behind_what_came_meanwhile_and_goes_on_from_there()
    {
        string? parent = null;
        Api.Answer = (request, turn) =>
        {
            parent = request.ParentId;
            return turn.SayAsync("Gladly.");
        };
        var conversation = Api.AddConversation("Shared with oneself", "Hi", "Hello");
        await OpenAsync(Page, $"/c/{conversation.Id}");
        await Expect(Answers(Page)).ToHaveCountAsync(1);
        var question = conversation.Add("msg_other", conversation.Leaf, "user", "From the other tab", "Completed");
        var newest = conversation.Add("msg_newest", question.Id, "assistant", "An answer there", "Completed");
        Api.Refusal = "The conversation has newer messages";
        await AskAsync(Page, "From this tab");
        await Expect(Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("newer messages");
        await Expect(Page.Locator(".message")).ToHaveTextAsync((Regex[])[new("Hi"), new("Hello"), new("From the other tab"), new("An answer there"), new("From this tab"), new("newer messages")]);
        Api.Refusal = null;
        await Page.GetByRole(AriaRole.Button, new() { Name = "Try again" }).ClickAsync();
        await Expect(Answers(Page).Last).ToContainTextAsync("Gladly.");
        parent.ShouldBe(newest.Id);
    }

    [Test]
    public async Task Keys_of_an_input_method_are_not_ours_and_half_a_character_is_sent_as_a_sign_for_it()
    {
        Api.AddConversation("Named", "Hi", "Hello");
        await OpenAsync(Page);
        await Page.Locator("#composer-input").EvaluateAsync("input => { input.value = 'cut \\ud83d'; }");
        await Page.Locator("#composer-input").PressAsync("Enter");
        await Expect(Page.Locator(".message.user")).ToContainTextAsync("cut \ufffd");
        await Expect(Answers(Page)).ToContainTextAsync("Hello.");

        const string Escape = "input => input.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', keyCode: 229, bubbles: true, cancelable: true }))";
        await Page.Locator("[data-edit-message]").ClickAsync();
        await Page.Locator("textarea[data-edit]").EvaluateAsync(Escape);
        await Expect(Page.Locator("textarea[data-edit]")).ToBeVisibleAsync();
        await Page.Locator("textarea[data-edit]").PressAsync("Escape");
        await Expect(Page.Locator("textarea[data-edit]")).ToHaveCountAsync(0);

        await Page.Locator(".conversation", new() { HasText = "Named" }).Locator(".conversation-more").ClickAsync();
        await Page.Locator(".conversation", new() { HasText = "Named" }).GetByRole(AriaRole.Menuitem, new() { Name = "Rename" }).ClickAsync();
        await Expect(Page.Locator(".rename input")).ToBeFocusedAsync();
        await Page.Locator(".rename input").EvaluateAsync(Escape);
        // What the circuit hears comes in order: had it heard the key, the field would be gone before this name is.
        await Page.Locator(".rename input").EvaluateAsync("input => { input.value = 'Half \\ud83d name'; for (const name of ['input', 'change']) input.dispatchEvent(new Event(name, { bubbles: true })); }");
        await Page.Locator(".rename input").PressAsync("Enter");
        await Expect(Page.Locator("#conversations")).ToContainTextAsync("Half \ufffd name");
    }

    [Test]
    public async Task What_is_typed_while_an_answer_streams_waits_its_turn()
    {
        Api.Answer = async (request, turn) =>
        {
            await turn.SayAsync($"Answer to {request.Content}");
            if (request.Content == "one")
                await turn.Gate.Task;
        };
        await AskTwiceAsync();
        await Expect(Answers(Page)).ToHaveCountAsync(1);
        Api.Turns.Single().Gate.SetResult();
        await Expect(Answers(Page).Last).ToContainTextAsync("Answer to two");
        await Expect(Page.Locator(".queue")).ToHaveCountAsync(0);
    }

    [Test]
    public async Task What_still_waited_when_the_conversation_was_left_is_a_draft_in_it()
    {
        Api.AddConversation("Another", "q", "a");
        Api.Answer = async (request, turn) =>
        {
            await turn.SayAsync($"Answer to {request.Content}");
            await turn.Gate.Task;
        };
        await AskTwiceAsync();
        await Page.WaitForURLAsync("**/c/**");
        var first = Page.Url;
        await Page.GetByRole(AriaRole.Link, new() { Name = "Another" }).ClickAsync();
        await Expect(Answers(Page)).ToContainTextAsync("a");
        await Expect(Page.Locator("#composer-input")).ToHaveValueAsync("");
        await Page.GotoAsync(first);
        await Expect(Page.Locator("#composer-input")).ToHaveValueAsync("two");
        Api.Turns.Single().Gate.SetResult();
    }

    [Test]
    public async Task Keys_do_what_the_sheet_says()
    {
        Api.Answer = async (_, turn) =>
        {
            await turn.SayAsync("An answer");
            await Task.Delay(Timeout.Infinite, turn.Stopped).ContinueWith(static _ => { }, TaskScheduler.Default);
        };
        await OpenAsync(Page);
        await AskAsync(Page, "A question");
        await Expect(Answers(Page)).ToContainTextAsync("An answer");
        await Page.EvaluateAsync("() => { window.stops = 0; document.addEventListener('click', event => { if (event.target.closest('[data-shortcut=stop]')) window.stops++; }, true); }");
        await Page.Locator("#sidebar-search").PressAsync("Escape");
        (await Page.EvaluateAsync<int>("() => window.stops")).ShouldBe(0, "in another field Escape means that field");
        await Page.Locator("#composer-input").PressAsync("Escape");
        await Expect(Answers(Page)).ToHaveAttributeAsync("data-status", "Stopped");

        // As WebKit sends the Enter that confirms a word.
        await Page.Locator("#composer-input").FillAsync("a word");
        await Page.Locator("#composer-input").EvaluateAsync("input => input.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', keyCode: 229, bubbles: true, cancelable: true }))");
        await Expect(Page.Locator("#composer-input")).ToHaveValueAsync("a word");
        await Page.Locator("#composer-input").FillAsync("");

        await Page.Keyboard.PressAsync("Control+Shift+L");
        await Expect(Page.Locator("[data-copy-message]")).ToHaveClassAsync(new Regex("done"));
        await Page.WaitForFunctionAsync("async () => await navigator.clipboard.readText() === 'An answer'");

        await Page.Keyboard.PressAsync("Shift+Escape");
        await Page.Keyboard.PressAsync("ArrowUp");
        await Expect(Page.Locator("textarea[data-edit]")).ToHaveValueAsync("A question");
        await Expect(Page.Locator("textarea[data-edit]")).ToBeFocusedAsync();
        await Page.Keyboard.PressAsync("Escape");
        await Expect(Page.Locator("textarea[data-edit]")).ToHaveCountAsync(0);

        await Page.Keyboard.PressAsync("Control+Shift+S");
        await Expect(Page.Locator("#sidebar")).ToBeHiddenAsync();
        await Page.ReloadAsync();
        await Expect(Page.Locator("#sidebar")).ToBeHiddenAsync();
        await Page.Locator("chat-composer[live]").WaitForAsync();
        await Page.Keyboard.PressAsync("Control+K");
        await Expect(Page.Locator("#sidebar-search")).ToBeFocusedAsync();
        await Page.Locator("chat-scroller").FocusAsync();
        await Page.Keyboard.PressAsync("?");
        await Expect(Page.Locator("#shortcuts")).ToBeVisibleAsync();
        await Page.Keyboard.PressAsync("Escape");
        await Expect(Page.Locator("#shortcuts")).ToBeHiddenAsync();
        await Page.Keyboard.PressAsync("Control+Shift+O");
        await Expect(Page.Locator(".welcome")).ToBeVisibleAsync();
        await Expect(Page.Locator("#composer-input")).ToBeFocusedAsync();
    }

    [Test]
    public async Task The_thread_follows_only_a_reader_who_is_at_its_end()
    {
        Api.Answer = async (_, turn) =>
        {
            await turn.SayAsync(string.Join("\n\n", Enumerable.Range(1, 60).Select(i => $"Paragraph {i}")));
            await turn.Gate.Task;
            await turn.SayAsync("\n\n" + string.Join("\n\n", Enumerable.Range(61, 20).Select(i => $"Paragraph {i}")));
        };
        await OpenAsync(Page);
        await AskAsync(Page, "Go");
        await Expect(Answers(Page)).ToContainTextAsync("Paragraph 60");
        await Expect(Answers(Page).GetByText("Paragraph 60")).ToBeInViewportAsync();

        await Page.Locator("chat-scroller").HoverAsync();
        await Page.Mouse.WheelAsync(0, -900);
        await Expect(Page.Locator(".jump-latest")).ToBeVisibleAsync();
        await StillAsync();
        var before = await TopAsync("Paragraph 40");
        Api.Turns.Single().Gate.SetResult();
        await Expect(Answers(Page)).ToContainTextAsync("Paragraph 80");
        await StillAsync();
        (await TopAsync("Paragraph 40")).ShouldBe(before, 4);

        await Page.Locator(".jump-latest").ClickAsync();
        await Expect(Answers(Page).GetByText("Paragraph 80")).ToBeInViewportAsync();
        await Expect(Page.Locator(".jump-latest")).ToBeHiddenAsync();
    }

    [Test]
    public async Task Custom_instructions_go_with_every_message()
    {
        var heard = new List<string?>();
        Api.Answer = (request, turn) =>
        {
            heard.Add(request.System);
            return turn.SayAsync("Aye.");
        };
        await OpenAsync(Page);
        await Page.Keyboard.PressAsync("Control+,");
        await Page.Locator("#setting-instructions").FillAsync("Speak like a pirate.");
        await Page.Keyboard.PressAsync("Escape");
        await AskAsync(Page, "Hello");
        await Expect(Answers(Page)).ToContainTextAsync("Aye.");
        heard.ShouldBe(["Speak like a pirate."]);
    }

    /// <summary>Waits until the thread stands still.</summary>
    private async Task StillAsync() => await Page.EvaluateAsync("""
        () => new Promise(done => {
          const scroller = document.querySelector('chat-scroller');
          let last = null, same = 0;
          const look = () => {
            const now = `${scroller.scrollTop} ${scroller.scrollHeight}`;
            same = now === last ? same + 1 : 0;
            last = now;
            same < 10 ? requestAnimationFrame(look) : done();
          };
          look();
        })
        """);

    private Task<double> TopAsync(string text) => Page.EvaluateAsync<double>(
        "text => [...document.querySelectorAll('.markdown p')].find(p => p.textContent === text).getBoundingClientRect().top", text);

    /// <summary>The second question waits for the answer to the first.</summary>
    private async Task AskTwiceAsync()
    {
        await OpenAsync(Page);
        await AskAsync(Page, "one");
        await Expect(Answers(Page)).ToContainTextAsync("Answer to one");
        await AskAsync(Page, "two");
        await Expect(Page.Locator(".queue")).ToContainTextAsync("two");
    }
}
