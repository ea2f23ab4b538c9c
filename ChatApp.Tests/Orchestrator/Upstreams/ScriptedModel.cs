using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace ChatApp.Tests.Orchestrator.Upstreams;

/// <summary>
/// A model whose behaviour a test dictates, behind OpenAI's protocol with vLLM's additions. It is greedy: the answer is a
/// function of the last user message, and continuing a draft gives the rest of that same answer. What to do is written in
/// the user message: <c>tokens=200 delay=20 die=30</c>, and with
/// <c>rounds=2 calls=1 tool=calculate arg={"expression":"2*#"} before=3</c> it calls tools first; # is the round. With
/// <c>think=3</c> it thinks so many words before each.
/// </summary>
public sealed class ScriptedModel
{
    public const string Model = "scripted";

    /// <summary>The same model, which also takes images.</summary>
    public const string SeeingModel = "scripted-seeing";

    /// <summary>The same, but known to use tools.</summary>
    public const string ToolModel = "scripted-tools";

    private const int ContextWindow = 2048;

    private readonly ConcurrentDictionary<string, int> _deaths = new();

    private ScriptedModel()
    {
    }

    public static Task<ModelServer> ServeAsync() => ModelServer.StartAsync(new ScriptedModel().ChatAsync, TokenizeAsync, JsonSerializer.Serialize(new
    {
        @object = "list",
        data = new object[]
        {
            new { id = Model, @object = "model", owned_by = "tests", max_model_len = ContextWindow },
            new { id = SeeingModel, @object = "model", owned_by = "tests", max_model_len = ContextWindow, capabilities = new[] { "chat", "vision" } },
            new { id = ToolModel, @object = "model", owned_by = "tests", max_model_len = ContextWindow, capabilities = new[] { "chat", "tools" } },
        },
    }));

    /// <summary>The whole answer to a user message.</summary>
    public static string AnswerTo(string userMessage) => string.Concat(Tokens(userMessage));

    // A token is a word: enough for budgets to be counted and checked.
    private static Task TokenizeAsync(HttpContext context, JsonElement request)
    {
        var count = request.TryGetProperty("messages", out var messages)
            ? messages.EnumerateArray().Sum(message => 4 + CountWords(TextOf(message)))
            : CountWords(request.GetProperty("prompt").GetString()!);
        return Reply.JsonAsync(context, StatusCodes.Status200OK, new { count, max_model_len = ContextWindow, tokens = Enumerable.Range(0, count) });
    }

    private static string TextOf(JsonElement message) => message.GetProperty("content") is { ValueKind: JsonValueKind.Array } parts
        ? string.Concat(parts.EnumerateArray().Where(part => part.GetProperty("type").GetString() == "text").Select(part => part.GetProperty("text").GetString()))
        : message.GetProperty("content").GetString() ?? "";

    private static int CountWords(string text) => text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Length;

    private Task ChatAsync(HttpContext context, JsonElement request)
    {
        var messages = request.GetProperty("messages").EnumerateArray()
            .Select(message => (Role: message.GetProperty("role").GetString()!, Content: TextOf(message))).ToList();
        var asked = messages.FindLastIndex(message => message.Role == "user");
        var user = messages[asked].Content;
        var round = 1 + request.GetProperty("messages").EnumerateArray().Skip(asked).Count(message => message.TryGetProperty("tool_calls", out _));
        var mayCall = !(request.TryGetProperty("tool_choice", out var choice) && choice.GetString() == "none");
        var draft = request.TryGetProperty("continue_final_message", out var flag) && flag.GetBoolean() ? messages[^1].Content : "";
        if (Number(user, "status") is var status and not 0)
            return Reply.Status(status, error: $"scripted {status}")(context, request);
        if (mayCall && round <= Number(user, "rounds"))
            return CallToolsAsync(context, user, draft, round);
        return request.TryGetProperty("stream", out var stream) && stream.GetBoolean()
            ? StreamAsync(context, user, draft, messages.Sum(message => 4 + CountWords(message.Content)))
            : Reply.JsonAsync(context, StatusCodes.Status200OK, Reply.Whole(AnswerTo(user), Usage(CountWords(user), Tokens(user).Count())));
    }

    // Some words, then the calls: each one's arguments in two pieces, as servers send them.
    private async Task CallToolsAsync(HttpContext context, string user, string draft, int round)
    {
        await Reply.BeginAsync(context);
        if (draft.Length == 0)
            await ThinkAsync(context, user, round);
        var before = string.Concat(Enumerable.Range(1, Number(user, "before")).Select(i => $"b{round}.{i} "));
        if (before.Length > draft.Length)
            await Reply.WriteAsync(context, Reply.Chunk(new { content = before[draft.Length..] }));
        var sent = 0;
        for (var call = 0; call < Math.Max(1, Number(user, "calls")); call++)
        {
            var arguments = Word(user, "arg").Replace("#", (round + call).ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);
            string[] pieces = [arguments[..(arguments.Length / 2)], arguments[(arguments.Length / 2)..]];
            for (var piece = 0; piece < pieces.Length; piece++)
            {
                if (piece == 1 && Number(user, "diecall") > 0 && _deaths.AddOrUpdate(user, 1, (_, times) => times + 1) == 1)
                {
                    context.Abort();
                    return;
                }

                object function = piece == 0 ? new { name = Word(user, "tool"), arguments = pieces[0] } : new { arguments = pieces[1] };
                var delta = new { tool_calls = new[] { new { index = call, id = $"call_{call}", type = "function", function } } };
                await Reply.WriteAsync(context, Reply.Chunk(delta));
                sent++;
            }
        }

        await Reply.EndAsync(context, Usage(10, sent), "tool_calls");
    }

    private async Task StreamAsync(HttpContext context, string user, string draft, int promptTokens)
    {
        await Reply.BeginAsync(context);
        var delay = Number(user, "delay");
        var die = Number(user, "die");
        var silent = Number(user, "silent");
        // Dies as often as asked (once by default), then behaves.
        var mayDie = die > 0 && _deaths.AddOrUpdate(user, 1, (_, times) => times + 1) <= Math.Max(1, Number(user, "deaths"));
        var aborted = context.RequestAborted;
        await Task.Delay(Number(user, "prefill"), aborted);
        if (draft.Length == 0)
            await ThinkAsync(context, user, 0);

        var position = 0;
        var sent = 0;
        foreach (var token in Tokens(user))
        {
            position += token.Length;
            if (position <= draft.Length)
                continue;
            if (mayDie && sent == die)
            {
                context.Abort();
                return;
            }

            if (silent > 0 && sent == silent)
                await Task.Delay(Timeout.Infinite, aborted);
            if (delay > 0)
                await Task.Delay(delay, aborted);
            await Reply.WriteAsync(context, Reply.Chunk(new { content = token }));
            sent++;
        }

        await Task.Delay(Number(user, "hold"), aborted);
        await Reply.EndAsync(context, Usage(promptTokens, sent));
    }

    private static async Task ThinkAsync(HttpContext context, string user, int round)
    {
        for (var i = 1; i <= Number(user, "think"); i++)
            await Reply.WriteAsync(context, Reply.Chunk(new { reasoning_content = $"t{round}.{i} " }));
    }

    private static object Usage(int input, int output) => new { prompt_tokens = input, completion_tokens = output, total_tokens = input + output };

    private static IEnumerable<string> Tokens(string user)
    {
        var count = Number(user, "tokens") is var asked and not 0 ? asked : 5;
        var seed = (uint)user.Aggregate(17, (hash, c) => unchecked((hash * 31) + c));
        for (var i = 1; i <= count; i++)
        {
            seed = (seed * 1664525) + 1013904223;
            yield return string.Create(CultureInfo.InvariantCulture, $"w{i}.{seed % 1000} ");
        }
    }

    /// <summary>The number behind <c>name=</c> in a message; 0 without.</summary>
    private static int Number(string text, string name)
    {
        var start = text.IndexOf(name + "=", StringComparison.Ordinal);
        if (start < 0)
            return 0;
        var digits = text.Skip(start + name.Length + 1).TakeWhile(char.IsAsciiDigit).ToArray();
        return digits.Length == 0 ? 0 : int.Parse(digits, CultureInfo.InvariantCulture);
    }

    /// <summary>The word behind <c>name=</c> in a message.</summary>
    private static string Word(string text, string name)
    {
        var start = text.IndexOf(name + "=", StringComparison.Ordinal);
        return start < 0 ? "" : text[(start + name.Length + 1)..].Split(' ', 2)[0];
    }
}
