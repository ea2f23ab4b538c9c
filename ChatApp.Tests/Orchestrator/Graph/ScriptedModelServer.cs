using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ChatApp.Tests.Orchestrator.Graph;

/// <summary>
/// An upstream whose behaviour a test dictates: a real HTTP server on loopback that speaks OpenAI's protocol with vLLM's
/// additions. Its "model" is greedy: the answer is a function of the last user message, and continuing a draft gives the
/// rest of that same answer. What to do is written in the user message: <c>tokens=200 delay=20 die=30</c>, and with
/// <c>rounds=2 calls=1 tool=calculate arg={"expression":"2*#"} before=3</c> it calls tools first; # is the round. With
/// <c>think=3</c> it thinks so many words before each.
/// </summary>
public sealed class ScriptedModelServer : IAsyncDisposable
{
    public const string Model = "scripted";

    /// <summary>The same model, which also takes images.</summary>
    public const string SeeingModel = "scripted-seeing";

    /// <summary>The same, but known to use tools.</summary>
    public const string ToolModel = "scripted-tools";

    private const int ContextWindow = 2048;

    private readonly ConcurrentDictionary<string, int> _deaths = new();
    private WebApplication? _app;
    private int _abandoned;
    private int _active;

    private ScriptedModelServer()
    {
    }

    public string Url { get; private set; } = "http://127.0.0.1:0";

    /// <summary>Bodies of the chat requests, in the order of their arrival.</summary>
    public ConcurrentQueue<JsonElement> Requests { get; } = new();

    /// <summary>Chat requests whose client went away before the end.</summary>
    public int Abandoned => _abandoned;

    /// <summary>Chat requests being answered now.</summary>
    public int Active => _active;

    public static async Task<ScriptedModelServer> StartAsync()
    {
        var server = new ScriptedModelServer();
        await server.ListenAsync();
        return server;
    }

    /// <summary>What a client sees when its process is killed: connections reset, new ones refused.</summary>
    public async Task StopAsync()
    {
        var app = Interlocked.Exchange(ref _app, null);
        if (app is null)
            return;
        await app.StopAsync(new CancellationToken(canceled: true));
        await app.DisposeAsync();
    }

    /// <summary>Listens, at the same address as before if there was one.</summary>
    public async Task ListenAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls(Url);
        builder.Services.AddRouting();
        builder.Logging.ClearProviders();
        _app = builder.Build();
        _app.UseRouting();
        _app.MapGet("/v1/models", ModelsAsync);
        _app.MapPost("/v1/chat/completions", ChatAsync);
        _app.MapPost("/tokenize", TokenizeAsync);
        await _app.StartAsync();
        Url = _app.Urls.Single();
    }

    /// <summary>The whole answer to a user message.</summary>
    public static string AnswerTo(string userMessage)
    {
        var text = new StringBuilder();
        foreach (var token in Tokens(userMessage))
            text.Append(token);
        return text.ToString();
    }

    public async ValueTask DisposeAsync() => await StopAsync();

    private Task ModelsAsync(HttpContext context) => WriteAsync(context, new
    {
        @object = "list",
        data = new object[]
        {
            new { id = Model, @object = "model", owned_by = "tests", max_model_len = ContextWindow },
            new { id = SeeingModel, @object = "model", owned_by = "tests", max_model_len = ContextWindow, capabilities = new[] { "chat", "vision" } },
            new { id = ToolModel, @object = "model", owned_by = "tests", max_model_len = ContextWindow, capabilities = new[] { "chat", "tools" } },
        },
    });

    // A token is a word: enough for budgets to be counted and checked.
    private static async Task TokenizeAsync(HttpContext context)
    {
        using var body = await JsonDocument.ParseAsync(context.Request.Body);
        var count = body.RootElement.TryGetProperty("messages", out var messages)
            ? messages.EnumerateArray().Sum(message => 4 + CountWords(TextOf(message)))
            : CountWords(body.RootElement.GetProperty("prompt").GetString()!);
        await WriteAsync(context, new { count, max_model_len = ContextWindow, tokens = Enumerable.Range(0, count) });
    }

    private static string TextOf(JsonElement message) => message.GetProperty("content") is { ValueKind: JsonValueKind.Array } parts
        ? string.Concat(parts.EnumerateArray().Where(part => part.GetProperty("type").GetString() == "text").Select(part => part.GetProperty("text").GetString()))
        : message.GetProperty("content").GetString() ?? "";

    private static int CountWords(string text) => text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Length;

    private async Task ChatAsync(HttpContext context)
    {
        using var body = await JsonDocument.ParseAsync(context.Request.Body);
        var request = body.RootElement.Clone();
        Requests.Enqueue(request);
        var messages = request.GetProperty("messages").EnumerateArray()
            .Select(message => (Role: message.GetProperty("role").GetString()!, Content: TextOf(message))).ToList();
        var asked = messages.FindLastIndex(message => message.Role == "user");
        var user = messages[asked].Content;
        var round = 1 + request.GetProperty("messages").EnumerateArray().Skip(asked).Count(message => message.TryGetProperty("tool_calls", out _));
        var mayCall = !(request.TryGetProperty("tool_choice", out var choice) && choice.GetString() == "none");
        var draft = request.TryGetProperty("continue_final_message", out var flag) && flag.GetBoolean() ? messages[^1].Content : "";
        if (Number(user, "status") is var status and not 0)
        {
            context.Response.StatusCode = status;
            await WriteAsync(context, new { error = new { message = $"scripted {status}", type = "invalid_request_error", code = "scripted" } });
            return;
        }

        Interlocked.Increment(ref _active);
        try
        {
            if (mayCall && round <= Number(user, "rounds"))
                await CallToolsAsync(context, user, draft, round);
            else if (request.TryGetProperty("stream", out var stream) && stream.GetBoolean())
                await StreamAsync(context, user, draft, messages);
            else
                await WriteAsync(context, Whole(user));
        }
        catch (OperationCanceledException)
        {
            Interlocked.Increment(ref _abandoned);
        }
        finally
        {
            Interlocked.Decrement(ref _active);
        }
    }

    // Some words, then the calls: each one's arguments in two pieces, as servers send them.
    private async Task CallToolsAsync(HttpContext context, string user, string draft, int round)
    {
        context.Response.ContentType = "text/event-stream";
        var aborted = context.RequestAborted;
        if (draft.Length == 0)
            await ThinkAsync(context, user, round);
        var before = string.Concat(Enumerable.Range(1, Number(user, "before")).Select(i => $"b{round}.{i} "));
        if (before.Length > draft.Length)
            await context.Response.WriteAsync($"data: {Chunk(before[draft.Length..], null)}\n\n", aborted);
        var sent = 0;
        for (var call = 0; call < Math.Max(1, Number(user, "calls")); call++)
        {
            var arguments = Word(user, "arg").Replace("#", (round + call).ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);
            string[] pieces = [arguments[..(arguments.Length / 2)], arguments[(arguments.Length / 2)..]];
            for (var piece = 0; piece < pieces.Length; piece++)
            {
                if (piece == 1 && Number(user, "diecall") > 0 && _deaths.AddOrUpdate(user, 1, (_, times) => times + 1) == 1)
                {
                    await context.Response.Body.FlushAsync(aborted);
                    context.Abort();
                    return;
                }

                object function = piece == 0 ? new { name = Word(user, "tool"), arguments = pieces[0] } : new { arguments = pieces[1] };
                var delta = new { tool_calls = new[] { new { index = call, id = $"call_{call}", type = "function", function } } };
                await context.Response.WriteAsync($"data: {JsonSerializer.Serialize(new { choices = new[] { new { index = 0, delta } } })}\n\n", aborted);
                sent++;
            }
        }

        var end = new { choices = new[] { new { index = 0, delta = new { }, finish_reason = "tool_calls" } }, usage = new { prompt_tokens = 10, completion_tokens = sent, total_tokens = 0 } };
        await context.Response.WriteAsync($"data: {JsonSerializer.Serialize(end)}\n\ndata: [DONE]\n\n", aborted);
    }

    private async Task StreamAsync(HttpContext context, string user, string draft, List<(string Role, string Content)> messages)
    {
        context.Response.ContentType = "text/event-stream";
        context.Features.Get<IHttpResponseBodyFeature>()!.DisableBuffering();
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
            await context.Response.WriteAsync($"data: {Chunk(token, null)}\n\n", aborted);
            await context.Response.Body.FlushAsync(aborted);
            sent++;
        }

        await Task.Delay(Number(user, "hold"), aborted);
        var usage = new
        {
            id = "chatcmpl-scripted",
            choices = Array.Empty<object>(),
            usage = new { prompt_tokens = messages.Sum(message => 4 + CountWords(message.Content)), completion_tokens = sent, total_tokens = 0 },
        };
        await context.Response.WriteAsync($"data: {Chunk("", "stop")}\n\ndata: {JsonSerializer.Serialize(usage)}\n\ndata: [DONE]\n\n", aborted);
    }

    private static async Task ThinkAsync(HttpContext context, string user, int round)
    {
        for (var i = 1; i <= Number(user, "think"); i++)
        {
            var delta = new { reasoning_content = $"t{round}.{i} " };
            await context.Response.WriteAsync($"data: {JsonSerializer.Serialize(new { choices = new[] { new { index = 0, delta } } })}\n\n", context.RequestAborted);
        }
    }

    private static string Chunk(string text, string? finish) => JsonSerializer.Serialize(new
    {
        id = "chatcmpl-scripted",
        @object = "chat.completion.chunk",
        choices = new[] { new { index = 0, delta = new { content = text }, finish_reason = finish } },
    });

    private static object Whole(string user) => new
    {
        id = "chatcmpl-scripted",
        @object = "chat.completion",
        choices = new[] { new { index = 0, message = new { role = "assistant", content = AnswerTo(user) }, finish_reason = "stop" } },
        usage = new { prompt_tokens = CountWords(user), completion_tokens = Tokens(user).Count(), total_tokens = 0 },
    };

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

    private static async Task WriteAsync(HttpContext context, object value)
    {
        context.Response.ContentType = "application/json";
        await context.Response.Body.WriteAsync(JsonSerializer.SerializeToUtf8Bytes(value), context.RequestAborted);
    }
}
