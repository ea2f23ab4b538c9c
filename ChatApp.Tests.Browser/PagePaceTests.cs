using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using Aspire.Hosting.Testing;
using ChatApp.Tests.Graph;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace ChatApp.Tests.Browser;

/// <summary>Measures the page; run by <c>bench/web</c>, not with the tests.</summary>
[Category("Long")]
[Explicit("A measurement: run it by bench/web.")]
internal sealed class PagePaceTests : ScriptedPageTests
{
    private const int Messages = 1000;
    private const int Loads = 5;
    private const string Text = "A paragraph of some length, with **bold** words, `code` and a [link](https://example.org), as answers have them.\n\n- one\n- two\n";
    private const int TokensPerSecond = 100;

    [Test]
    public async Task Typing_while_an_answer_streams_into_a_long_conversation()
    {
        var conversation = Api.AddConversation("Long", [.. Enumerable.Range(1, Messages).Select(i => i % 2 == 1 ? $"Question {i}" : $"Answer {i}. {Text}")]);
        using var stop = new CancellationTokenSource();
        Api.Answer = async (_, turn) =>
        {
            var watch = Stopwatch.StartNew();
            for (var token = 0; !stop.IsCancellationRequested && token < 6000; token++)
            {
                turn.Token(token % 90 == 89 ? "\n\n" : token % 17 == 16 ? " **word**" : " word");
                var wait = (token * 1000.0 / TokensPerSecond) - watch.ElapsedMilliseconds;
                if (wait > 1)
                    await Task.Delay((int)wait, CancellationToken.None);
            }
        };

        // The first load meets code that has not run yet; the second is what a person sees from then on.
        for (var run = 0; run < 2; run++)
        {
            await Page.GotoAsync($"/c/{conversation.Id}");
            await Page.Locator("chat-composer[live]").WaitForAsync();
            var paint = await Page.EvaluateAsync<double>("() => performance.getEntriesByName('first-contentful-paint')[0].startTime");
            TestContext.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"first contentful paint, load {run + 1}, {Messages} messages: {paint:0} ms"));
        }

        var received = await CountAsync(Page);
        // The circuit's socket is older than this session; a reload is seen from its start.
        await Page.ReloadAsync();
        await Page.Locator("chat-composer[live]").WaitForAsync();

        await AskAsync(Page, "Write much");
        await Expect(Answers(Page).Last).ToContainTextAsync("word word");
        await Page.WaitForTimeoutAsync(1000);
        await Page.EvaluateAsync("""
            () => {
              window.paints = [];
              document.getElementById('composer-input').addEventListener('keydown', event => {
                const start = event.timeStamp;
                requestAnimationFrame(() => {
                  const channel = new MessageChannel();
                  channel.port1.onmessage = () => window.paints.push(performance.now() - start);
                  channel.port2.postMessage(0);
                });
              });
            }
            """);
        var tokens = Api.Turns.Single().TokenCount;
        var bytes = received();
        var watch = Stopwatch.StartNew();
        await Page.Locator("#composer-input").FocusAsync();
        for (var key = 0; key < 200; key++)
        {
            await Page.Keyboard.PressAsync(key % 6 == 5 ? "Space" : "e");
            await Page.WaitForTimeoutAsync(50);
        }

        tokens = Api.Turns.Single().TokenCount - tokens;
        bytes = received() - bytes;
        var seconds = watch.Elapsed.TotalSeconds;
        await stop.CancelAsync();
        var paints = (await Page.EvaluateAsync<double[]>("() => window.paints")).Order().ToArray();
        paints.Length.ShouldBeGreaterThan(150);
        TestContext.Out.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"key to paint, {Messages} messages, {tokens / seconds:0} tokens/s: p50 {paints[paints.Length / 2]:0.0} ms, p95 {paints[(int)(paints.Length * 0.95)]:0.0} ms, max {paints[^1]:0.0} ms ({paints.Length} keys)"));
        TestContext.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"bytes of messages to the browser, before compression, per token: {bytes / (double)tokens:0}"));
        (await Page.Locator("article").CountAsync()).ShouldBeLessThan(150, "Most of the conversation is not drawn.");
        await Expect(Answers(Page).Last).ToHaveAttributeAsync("aria-busy", "false", new() { Timeout = 30_000 });
    }

    [Test]
    public async Task Cold_pages_of_the_whole_product()
    {
        var graph = await ProductGraph.SharedAsync();
        var address = graph.GetEndpoint("web", "http").ToString();
        var id = await ImportAsync(await ProductGraph.ApiAsync());
        foreach (var (name, path) in new[] { ("a new chat", "/"), ($"a conversation of {Messages} messages", $"/c/{id}") })
        {
            var paints = new List<double>();
            var live = new List<double>();
            for (var load = 0; load < Loads; load++)
            {
                // A context has a cache of its own: each load is cold.
                var context = await (await ChromiumBrowser.GetAsync()).NewContextAsync(new BrowserNewContextOptions { BaseURL = address, ViewportSize = new ViewportSize { Width = 1280, Height = 800 } });
                var page = await context.NewPageAsync();
                await page.GotoAsync(path);
                await page.Locator("chat-composer[live]").WaitForAsync();
                live.Add(await page.EvaluateAsync<double>("() => performance.now()"));
                paints.Add(await page.EvaluateAsync<double>("() => performance.getEntriesByName('first-contentful-paint')[0].startTime"));
                await context.CloseAsync();
            }

            TestContext.Out.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"whole product, {name}, {Loads} cold loads: first contentful paint median {paints.Order().ElementAt(Loads / 2):0} ms, max {paints.Max():0} ms; usable median {live.Order().ElementAt(Loads / 2):0} ms"));
        }

        var asking = await (await ChromiumBrowser.GetAsync()).NewContextAsync(new BrowserNewContextOptions { BaseURL = address });
        var chat = await asking.NewPageAsync();
        await chat.GotoAsync("/");
        var received = await CountAsync(chat);
        await chat.ReloadAsync();
        await chat.Locator("chat-composer[live]").WaitForAsync();
        var before = received();
        await AskAsync(chat, "Tell me a long story");
        await Expect(Answers(chat)).ToHaveAttributeAsync("data-status", "Completed", new() { Timeout = 120_000 });
        var bytes = received() - before;
        await chat.GetByRole(AriaRole.Button, new() { Name = "Details of this answer" }).ClickAsync();
        await Expect(chat.Locator(".facts")).ToContainTextAsync(" out");
        var facts = await chat.Locator(".facts").TextContentAsync();
        TestContext.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"whole product, one answer: {bytes} bytes of messages to the browser; {facts}"));
        await asking.CloseAsync();
    }

    /// <summary>Counts what the circuit sends to a page from its next load on.</summary>
    private static async Task<Func<long>> CountAsync(IPage page)
    {
        var received = 0L;
        var session = await page.Context.NewCDPSessionAsync(page);
        await session.SendAsync("Network.enable");
        session.Event("Network.webSocketFrameReceived").OnEvent += (_, json) =>
        {
            var payload = json!.Value.GetProperty("response");
            var length = payload.GetProperty("payloadData").GetString()!.Length;
            Interlocked.Add(ref received, payload.GetProperty("opcode").GetInt32() == 2 ? length * 3L / 4 : length);
        };
        return () => Interlocked.Read(ref received);
    }

    private static async Task<string> ImportAsync(HttpClient api)
    {
        var answer = await api.PostAsJsonAsync("/api/conversations/import", new
        {
            format = "chatapp.conversations",
            version = 1,
            conversations = new[]
            {
                new
                {
                    title = "Long",
                    messages = Enumerable.Range(1, Messages).Select(i => new { id = $"{i}", parent_id = i == 1 ? null : $"{i - 1}", role = i % 2 == 1 ? "user" : "assistant", text = i % 2 == 1 ? $"Question {i}" : $"Answer {i}. {Text}" }),
                },
            },
        });
        answer.EnsureSuccessStatusCode();
        return (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("conversation_ids")[0].GetString()!;
    }
}
