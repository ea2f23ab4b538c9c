using System.Diagnostics;
using System.Globalization;
using ChatApp.Tests.Web;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace ChatApp.Tests.Browser;

/// <summary>Measures the page; run by <c>bench/web</c>, not with the tests.</summary>
[Category("Long")]
[Explicit("A measurement: run it by bench/web.")]
internal sealed class PagePaceTests : ScriptedPageTests
{
    private const int Messages = 1000;
    private const int TokensPerSecond = 100;

    [Test]
    public async Task Typing_while_an_answer_streams_into_a_long_conversation()
    {
        const string Text = "A paragraph of some length, with **bold** words, `code` and a [link](https://example.org), as answers have them.\n\n- one\n- two\n";
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

        var received = 0L;
        var session = await Context.NewCDPSessionAsync(Page);
        await session.SendAsync("Network.enable");
        session.Event("Network.webSocketFrameReceived").OnEvent += (_, json) =>
        {
            var payload = json!.Value.GetProperty("response");
            var length = payload.GetProperty("payloadData").GetString()!.Length;
            Interlocked.Add(ref received, payload.GetProperty("opcode").GetInt32() == 2 ? length * 3L / 4 : length);
        };
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
        var bytes = Interlocked.Read(ref received);
        var watch = Stopwatch.StartNew();
        await Page.Locator("#composer-input").FocusAsync();
        for (var key = 0; key < 200; key++)
        {
            await Page.Keyboard.PressAsync(key % 6 == 5 ? "Space" : "e");
            await Page.WaitForTimeoutAsync(50);
        }

        tokens = Api.Turns.Single().TokenCount - tokens;
        bytes = Interlocked.Read(ref received) - bytes;
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
}
