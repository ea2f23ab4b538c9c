using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace ChatApp.Tests.Browser;

internal sealed class ChatPageTests : ScriptedPageTests
{
    [Test]
    public async Task A_question_streams_its_answer_and_is_there_after_a_reload()
    {
        Api.Answer = async (_, turn) =>
        {
            await turn.SayAsync("The first half");
            await turn.Gate.Task;
            await turn.SayAsync(" and the second.");
        };
        await OpenAsync(Page);
        await AskAsync(Page, "How does it go?");

        await Expect(Answers(Page)).ToContainTextAsync("The first half");
        await Expect(Answers(Page)).ToHaveAttributeAsync("aria-busy", "true");
        Api.Turns.Single().Gate.SetResult();
        await Expect(Answers(Page)).ToContainTextAsync("and the second.");
        await Expect(Answers(Page)).ToHaveAttributeAsync("aria-busy", "false");
        await Expect(Page).ToHaveURLAsync(new System.Text.RegularExpressions.Regex("/c/conv_"));
        await Expect(Page.Locator(".conversation.active")).ToContainTextAsync("How does it go?");

        await Page.ReloadAsync();
        await Expect(Answers(Page)).ToContainTextAsync("The first half and the second.");
        await Expect(Page.Locator(".message.user")).ToContainTextAsync("How does it go?");
        Errors.ShouldBeEmpty();
    }

    [Test]
    public async Task What_is_suggested_can_be_done_with_what_is_switched_on()
    {
        var first = Page.Locator(".suggestion").First;
        foreach (var (tools, suggested) in new[] { (Array.Empty<string>(), "Hello! How are you?"), (["current_time"], "Hello! How are you?"), (["current_time", "calculate"], "What is 17.5 * 240?") })
        {
            Api.Tools = tools;
            await OpenAsync(Page);
            await Expect(first).ToContainTextAsync(suggested);
        }

        await Expect(Page.Locator(".suggestion")).ToHaveCountAsync(4);
        await first.ClickAsync();
        await Expect(Page.Locator(".message.user")).ToContainTextAsync("What is 17.5 * 240?");
    }

    [Test]
    public async Task Stop_keeps_what_was_said_and_offers_to_continue()
    {
        Api.Answer = async (request, turn) =>
        {
            await turn.SayAsync(request.ContinueMessage == true ? " and the end." : "A long story");
            if (request.ContinueMessage != true)
                await Task.Delay(Timeout.Infinite, turn.Stopped).ContinueWith(static _ => { }, TaskScheduler.Default);
        };
        await OpenAsync(Page);
        await AskAsync(Page, "Tell me");
        await Expect(Answers(Page)).ToContainTextAsync("A long story");
        await Page.Locator("[data-shortcut=stop]").ClickAsync();
        await Page.GetByRole(AriaRole.Button, new() { Name = "Continue", Exact = true }).ClickAsync();
        await Expect(Answers(Page)).ToContainTextAsync("A long story and the end.");
        await Expect(Answers(Page)).ToHaveCountAsync(1);
    }

    [Test]
    public async Task A_cut_stream_is_taken_up_again_without_loss()
    {
        Api.Answer = async (_, turn) =>
        {
            await turn.SayAsync("One two");
            await turn.Gate.Task;
            await turn.SayAsync(" three.");
        };
        await OpenAsync(Page);
        await AskAsync(Page, "Count");
        await Expect(Answers(Page)).ToContainTextAsync("One two");
        Api.Turns.Single().Cut();
        Api.Turns.Single().Gate.SetResult();
        await Expect(Answers(Page).Locator(".markdown")).ToHaveTextAsync("One two three.");
        Api.Turns.Count.ShouldBe(1);
    }

    [Test]
    public async Task An_error_is_shown_and_can_be_retried()
    {
        var attempts = 0;
        Api.Answer = (_, turn) => ++attempts == 1 ? throw new InvalidOperationException("The model is not loaded.") : turn.SayAsync("Now it works.");
        await OpenAsync(Page);
        await AskAsync(Page, "Are you there?");
        await Expect(Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("The model is not loaded.");
        await PictureAsync("error");
        await Page.GetByRole(AriaRole.Button, new() { Name = "Try again" }).ClickAsync();
        await Expect(Answers(Page)).ToContainTextAsync("Now it works.");
    }

    [Test]
    public async Task That_the_model_did_not_see_everything_stays_said_above_its_answer()
    {
        Api.Answer = (_, turn) =>
        {
            turn.Write("notice", new { Code = "retry", Text = "The model's server went away." });
            turn.Write("notice", new { Code = "context_trimmed", Text = "The first 12 messages were left out." });
            turn.Store(System.Text.Json.JsonSerializer.SerializeToElement(new
            {
                parts = new[] { new { type = "text", text = "As I said." } },
                notices = new[] { new { code = "context_trimmed", text = "The first 12 messages were left out." } },
            }));
            return turn.SayAsync("As I said.");
        };
        await OpenAsync(Page);
        await AskAsync(Page, "What did I say first?");
        await Expect(Answers(Page)).ToHaveAttributeAsync("data-status", "Completed");
        await Expect(Answers(Page).Locator(".notice")).ToHaveTextAsync("The first 12 messages were left out.");

        await Page.ReloadAsync();
        await Expect(Answers(Page).Locator(".markdown")).ToHaveTextAsync("As I said.");
        await Expect(Answers(Page).Locator(".notice")).ToHaveTextAsync("The first 12 messages were left out.");
    }

    [Test]
    public async Task After_a_refusal_the_next_message_goes_on_from_what_was_stored()
    {
        Api.Answer = (request, turn) => turn.SayAsync($"Answer to {request.Content}, after {request.ParentId ?? "nothing"}.");
        await OpenAsync(Page);
        await AskAsync(Page, "first");
        await Expect(Answers(Page)).ToContainTextAsync("Answer to first, after nothing.");
        Api.Refusal = "Too many at once.";
        await AskAsync(Page, "second");
        await Expect(Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("Too many at once.");
        Api.Refusal = null;
        await AskAsync(Page, "third");
        await Expect(Answers(Page).Last).ToContainTextAsync("Answer to third, after msg_");
    }

    [Test]
    public async Task Answers_and_questions_branch_and_one_moves_between_the_versions()
    {
        var count = 0;
        Api.Answer = (request, turn) => turn.SayAsync($"Answer {++count} to {request.Content}");
        await OpenAsync(Page);
        await AskAsync(Page, "first");
        await Expect(Answers(Page)).ToContainTextAsync("Answer 1");
        await Page.GetByRole(AriaRole.Button, new() { Name = "Answer again" }).ClickAsync();
        await Expect(Answers(Page)).ToContainTextAsync("Answer 2");
        await Expect(Answers(Page).Locator(".branch-count")).ToHaveTextAsync("2/2");
        await Answers(Page).GetByRole(AriaRole.Button, new() { Name = "Previous version" }).ClickAsync();
        await Expect(Answers(Page)).ToContainTextAsync("Answer 1");

        await Page.Locator(".message.user").HoverAsync();
        await Page.Locator("[data-edit-message]").ClickAsync();
        await Page.Locator("textarea[data-edit]").FillAsync("changed");
        await Page.Keyboard.PressAsync("Enter");
        await Expect(Answers(Page)).ToContainTextAsync("Answer 3 to changed");
        await Expect(Page.Locator(".message.user .branch-count")).ToHaveTextAsync("2/2");
        await Page.ReloadAsync();
        await Expect(Answers(Page)).ToContainTextAsync("Answer 3 to changed");
    }

    [Test]
    public async Task A_place_in_the_queue_is_shown_until_the_answer_begins()
    {
        Api.Answer = async (_, turn) =>
        {
            turn.Write("notice", new { Code = "queue", Text = "2 are before you" });
            await turn.Gate.Task;
            await turn.SayAsync("Your turn.");
        };
        await OpenAsync(Page);
        await AskAsync(Page, "Go");
        await Expect(Page.Locator(".notice")).ToHaveTextAsync("2 are before you");
        Api.Turns.Single().Gate.SetResult();
        await Expect(Answers(Page)).ToContainTextAsync("Your turn.");
        await Expect(Page.Locator(".notice")).ToHaveCountAsync(0);
    }

    [Test]
    public async Task Of_a_long_conversation_only_what_is_near_is_drawn_and_the_rest_as_one_scrolls()
    {
        var conversation = Api.AddConversation("Long", [.. Enumerable.Range(1, 400).Select(i => i % 2 == 1 ? $"Question {i}." : $"Answer {i}.")]);
        await OpenAsync(Page, $"/c/{conversation.Id}");
        await Expect(Answers(Page).GetByText("Answer 400.")).ToBeInViewportAsync();
        (await Page.Locator("article").CountAsync()).ShouldBeLessThan(150);
        await Page.Locator("chat-scroller").EvaluateAsync("e => e.scrollTop = -e.scrollHeight");
        await Expect(Page.Locator(".message.user").GetByText("Question 1.", new() { Exact = true })).ToBeInViewportAsync();
        (await Page.Locator("article").CountAsync()).ShouldBeLessThan(150);
        await Page.Locator(".jump-latest").ClickAsync();
        await Expect(Answers(Page).GetByText("Answer 400.")).ToBeInViewportAsync();
    }

    [Test]
    public async Task A_long_question_is_shown_whole_on_demand()
    {
        var conversation = Api.AddConversation("Pasted", string.Join('\n', Enumerable.Range(1, 60).Select(i => $"Line {i} of a text that was pasted.")), "Understood.");
        await OpenAsync(Page, $"/c/{conversation.Id}");
        var bubble = Page.Locator(".bubble");
        var cut = (await bubble.BoundingBoxAsync())!.Height;
        await Page.GetByRole(AriaRole.Button, new() { Name = "Show all" }).ClickAsync();
        await Expect(bubble).Not.ToHaveClassAsync(new System.Text.RegularExpressions.Regex("cut"));
        (await bubble.BoundingBoxAsync())!.Height.ShouldBeGreaterThan(cut * 3);
        await Page.GetByRole(AriaRole.Button, new() { Name = "Show less" }).ClickAsync();
        await Expect(bubble).ToHaveClassAsync(new System.Text.RegularExpressions.Regex("cut"));
        await PictureAsync("long-question");
    }

    [Test]
    public async Task Another_tab_shows_the_same_stream()
    {
        Api.Answer = async (_, turn) =>
        {
            await turn.SayAsync("Shared so far");
            await turn.Gate.Task;
            await turn.SayAsync(", shared to the end.");
        };
        var conversation = Api.AddConversation("Shared", "Hi", "Hello");
        var other = await NewPageAsync(await NewContextAsync());
        await OpenAsync(other, $"/c/{conversation.Id}");
        await OpenAsync(Page, $"/c/{conversation.Id}");
        await AskAsync(Page, "Go on");
        await Expect(Answers(other).Last).ToContainTextAsync("Shared so far");
        Api.Turns.Single().Gate.SetResult();
        await Expect(Answers(other).Last).ToContainTextAsync("shared to the end.");
        await Expect(Answers(Page).Last).ToContainTextAsync("shared to the end.");
        await other.Context.CloseAsync();
    }
}
