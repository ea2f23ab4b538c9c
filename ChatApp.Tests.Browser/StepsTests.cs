using System.Text.Json;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace ChatApp.Tests.Browser;

/// <summary>Steps of tools and passages that an answer points to.</summary>
internal sealed class StepsTests : ScriptedPageTests
{
    private const string Found = "[1] The tower is 300 m high.\n[2] It was finished in 1889.";

    [Test]
    public async Task Steps_stand_where_they_were_made_while_the_answer_streams_and_after_a_reload()
    {
        Api.Answer = async (_, turn) =>
        {
            await turn.SayAsync("Let me look.");
            turn.Write("tool_call", new { Id = "call_1", Name = "search", ArgumentsJson = "{\"q\":\"tower\"}" });
            await turn.Gate.Task;
            turn.Write("tool_result", new { Id = "call_1", Content = Found, Failed = false, DurationMs = 1234 });
            await turn.SayAsync(" It is 300 m high.");
            turn.Store(Content("Let me look.", " It is 300 m high."));
        };
        await OpenAsync(Page);
        await AskAsync(Page, "How high?");
        await Expect(Page.Locator(".step-state")).ToHaveTextAsync("running …");
        Api.Turns.Single().Gate.SetResult();
        for (var load = 0; load < 2; load++)
        {
            await Expect(Page.Locator(".step-state")).ToContainTextAsync("1.2 s");
            await Expect(Answers(Page)).ToContainTextAsync("It is 300 m high.");
            (await Answers(Page).EvaluateAsync<string>("e => [...e.children].map(c => c.matches('.step') ? 'step' : c.matches('.markdown') ? c.textContent.trim() : '').filter(t => t).join(' | ')"))
                .ShouldBe("Let me look. | step | It is 300 m high.");
            await Expect(Page.Locator(".step-body")).ToBeHiddenAsync();
            await Page.Locator(".step summary").ClickAsync();
            await Expect(Page.Locator(".step-body")).ToContainTextAsync("finished in 1889");
            (await Page.EvaluateAsync<double>("() => document.querySelector('.step-body h4').getBoundingClientRect().top - document.querySelector('.step-body').getBoundingClientRect().top"))
                .ShouldBeLessThan(12, "nothing stands above what the step was asked");
            await Page.ReloadAsync();
            await Page.Locator("chat-composer[live]").WaitForAsync();
        }
    }

    [Test]
    public async Task Thoughts_are_collapsed_where_they_were_had_while_the_answer_streams_and_after_a_reload()
    {
        Api.Answer = async (_, turn) =>
        {
            turn.Write("reasoning", new { Text = "A tower.\nWhich" });
            turn.Write("reasoning", new { Text = " one?" });
            await turn.Gate.Task;
            turn.Write("tool_call", new { Id = "call_1", Name = "search", ArgumentsJson = "{}" });
            turn.Write("tool_result", new { Id = "call_1", Content = Found, Failed = false, DurationMs = 12 });
            turn.Write("reasoning", new { Text = "The first passage says it." });
            await turn.SayAsync("It is 300 m high.");
            turn.Store(JsonSerializer.SerializeToElement(new
            {
                parts = new object[]
                {
                    new { type = "reasoning", text = "A tower.\nWhich one?" },
                    new { type = "tool_call", id = "call_1", round = 1, name = "search", arguments_json = "{}", status = "succeeded", result = Found, duration_ms = 12 },
                    new { type = "reasoning", text = "The first passage says it." },
                    new { type = "text", text = "It is 300 m high." },
                },
            }));
        };
        await OpenAsync(Page);
        await AskAsync(Page, "How high?");
        await Expect(Page.Locator(".reasoning summary")).ToHaveTextAsync("Reasoning …");
        Api.Turns.Single().Gate.SetResult();
        for (var load = 0; load < 2; load++)
        {
            await Expect(Answers(Page)).ToContainTextAsync("It is 300 m high.");
            await Expect(Page.Locator(".reasoning summary")).ToHaveTextAsync(["Reasoning", "Reasoning"]);
            (await Answers(Page).EvaluateAsync<string>("e => [...e.children].map(c => c.matches('.reasoning') ? 'thought' : c.matches('.step') ? 'step' : c.matches('.markdown') ? 'text' : '').filter(t => t).join(' ')"))
                .ShouldBe("thought step thought text");
            await Expect(Page.Locator(".reasoning .step-body").First).ToBeHiddenAsync();
            await Page.Locator(".reasoning summary").First.ClickAsync();
            await Expect(Page.Locator(".reasoning .step-body").First).ToHaveTextAsync("A tower. Which one?");
            await PictureAsync($"thoughts-{load}");
            await Page.ReloadAsync();
            await Page.Locator("chat-composer[live]").WaitForAsync();
        }
    }

    [Test]
    public async Task A_number_in_brackets_opens_the_passage_that_it_points_to()
    {
        var conversation = Api.AddConversation("Tower", "How high is it?");
        conversation.Add("msg_cites", conversation.Leaf, "assistant", "It is 300 m high [1], and from 1889 [2]. Not this [3], nor `[1]` in code.", "Completed", content: Content("", "It"));
        await OpenAsync(Page, $"/c/{conversation.Id}");
        await Expect(Page.Locator(".markdown .citation")).ToHaveCountAsync(2);
        await Expect(Page.Locator(".markdown")).ToContainTextAsync("[3]");
        await Page.Locator(".markdown .citation").Last.ClickAsync();
        await Expect(Page.Locator(".passage:popover-open")).ToContainTextAsync("It was finished in 1889.");
        await PictureAsync("citation");
        await Page.Keyboard.PressAsync("Escape");
        await Expect(Page.Locator(".passage:popover-open")).ToHaveCountAsync(0);
    }

    [Test]
    public async Task Passages_that_a_person_gave_are_pointed_to_as_well()
    {
        Api.Answer = (_, turn) => turn.SayAsync("They close at nine [2].");
        await OpenAsync(Page);
        await AskAsync(Page, "[1] The shop opens at eight.\n[2] The shop closes at nine.\n\nWhen does it close?");
        await Page.Locator(".markdown .citation").ClickAsync();
        await Expect(Page.Locator(".passage:popover-open")).ToContainTextAsync("The shop closes at nine.");
        await Expect(Page.Locator(".passage:popover-open")).Not.ToContainTextAsync("When does it close");
    }

    private static JsonElement Content(string before, string after) => JsonSerializer.SerializeToElement(new
    {
        parts = new object[]
        {
            new { type = "text", text = before },
            new { type = "tool_call", id = "call_1", round = 1, name = "search", arguments_json = "{\"q\":\"tower\"}", status = "succeeded", result = Found, duration_ms = 1234 },
            new { type = "text", text = after },
        },
    });
}
