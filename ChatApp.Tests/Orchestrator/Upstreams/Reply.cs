using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace ChatApp.Tests.Orchestrator.Upstreams;

/// <summary>What a <see cref="ModelServer"/> answers: well, or badly in every way that is known.</summary>
public static class Reply
{
    public static Func<HttpContext, JsonElement, Task> Answer(params string[] tokens) => async (context, request) =>
    {
        if (request.TryGetProperty("stream", out var stream) && stream.GetBoolean())
        {
            await BeginAsync(context);
            await WriteTokensAsync(context, tokens);
            await EndAsync(context, Usage(tokens.Length));
        }
        else
        {
            await JsonAsync(context, 200, Whole(string.Concat(tokens), Usage(tokens.Length)));
        }
    };

    public static Func<HttpContext, JsonElement, Task> Status(int status, string? retryAfter = null, string error = "broken") => async (context, _) =>
    {
        if (retryAfter is not null)
            context.Response.Headers.RetryAfter = retryAfter;
        await JsonAsync(context, status, new { error = new { message = error, type = status < 500 ? "invalid_request_error" : "server_error", code = "scripted" } });
    };

    /// <summary>Headers, perhaps, and then nothing.</summary>
    public static Func<HttpContext, JsonElement, Task> Hang(bool withHeaders = false, bool withEmptyChunk = false) => async (context, _) =>
    {
        if (withHeaders)
            await BeginAsync(context);
        if (withEmptyChunk)
            await WriteAsync(context, Chunk("", role: true));
        await Task.Delay(Timeout.Infinite, context.RequestAborted);
    };

    public static Func<HttpContext, JsonElement, Task> SilentAfter(params string[] tokens) => async (context, _) =>
    {
        await BeginAsync(context);
        await WriteTokensAsync(context, tokens);
        await Task.Delay(Timeout.Infinite, context.RequestAborted);
    };

    /// <summary>Lives by its keep-alive comments only.</summary>
    public static Func<HttpContext, JsonElement, Task> CommentsAfter(params string[] tokens) => async (context, _) =>
    {
        await BeginAsync(context);
        await WriteTokensAsync(context, tokens);
        while (true)
        {
            await Task.Delay(20, context.RequestAborted);
            await RawAsync(context, ": still here\n\n");
        }
    };

    /// <summary>One byte at a time, never a whole event.</summary>
    public static Func<HttpContext, JsonElement, Task> Trickle() => async (context, _) =>
    {
        await BeginAsync(context);
        foreach (var c in "data: " + Chunk("slow", role: false) + new string(' ', 100_000))
        {
            await RawAsync(context, c.ToString());
            await Task.Delay(20, context.RequestAborted);
        }
    };

    public static Func<HttpContext, JsonElement, Task> ResetAfter(params string[] tokens) => async (context, _) =>
    {
        if (tokens.Length > 0)
        {
            await BeginAsync(context);
            await WriteTokensAsync(context, tokens);
        }

        context.Abort();
    };

    /// <summary>The connection ends in good order, the answer does not.</summary>
    public static Func<HttpContext, JsonElement, Task> EndsAfter(params string[] tokens) => async (context, _) =>
    {
        await BeginAsync(context);
        await WriteTokensAsync(context, tokens);
    };

    public static Func<HttpContext, JsonElement, Task> Raw(string contentType, string body) => async (context, _) =>
    {
        context.Response.ContentType = contentType;
        await context.Response.WriteAsync(body, context.RequestAborted);
    };

    public static Func<HttpContext, JsonElement, Task> Endless() => async (context, _) =>
    {
        await BeginAsync(context);
        while (true)
            await WriteAsync(context, Chunk("again ", role: false));
    };

    /// <summary>A line without an end.</summary>
    public static Func<HttpContext, JsonElement, Task> EndlessLine() => async (context, _) =>
    {
        await BeginAsync(context);
        await RawAsync(context, "data: \"");
        while (true)
            await RawAsync(context, new string('x', 64 * 1024));
    };

    public static Func<HttpContext, JsonElement, Task> WithLogProbability(double logProbability, params string[] tokens) => async (context, _) =>
    {
        await BeginAsync(context);
        foreach (var token in tokens)
            await WriteAsync(context, Chunk(token, role: false, logProbability: logProbability));
        await EndAsync(context, Usage(tokens.Length));
    };

    public static Func<HttpContext, JsonElement, Task> Embed() => async (context, request) =>
    {
        var texts = request.GetProperty("input").EnumerateArray().Select(text => text.GetString()!).ToList();
        await JsonAsync(context, 200, new
        {
            data = texts.Select((text, index) => new { index, embedding = new[] { text.Length, 0.5 } }),
            usage = new { prompt_tokens = texts.Count, total_tokens = texts.Count },
        });
    };

    internal static async Task BeginAsync(HttpContext context)
    {
        context.Response.ContentType = "text/event-stream";
        context.Features.Get<IHttpResponseBodyFeature>()!.DisableBuffering();
        await context.Response.Body.FlushAsync(context.RequestAborted);
    }

    private static async Task WriteTokensAsync(HttpContext context, string[] tokens)
    {
        await WriteAsync(context, Chunk("", role: true));
        foreach (var token in tokens)
            await WriteAsync(context, Chunk(token, role: false));
    }

    internal static async Task EndAsync(HttpContext context, object usage, string finish = "stop")
    {
        await WriteAsync(context, JsonSerializer.Serialize(new { id = "chatcmpl-1", choices = new[] { new { index = 0, delta = new { }, finish_reason = finish } } }));
        await WriteAsync(context, JsonSerializer.Serialize(new { id = "chatcmpl-1", choices = Array.Empty<object>(), usage }));
        await WriteAsync(context, "[DONE]");
    }

    private static string Chunk(string text, bool role, double? logProbability = null) =>
        Chunk(role ? (object)new { role = "assistant", content = text } : new { content = text }, text, logProbability);

    internal static string Chunk(object delta, string text = "", double? logProbability = null) => JsonSerializer.Serialize(new
    {
        id = "chatcmpl-1",
        created = 1,
        choices = new[]
        {
            new
            {
                index = 0,
                delta,
                logprobs = logProbability is { } value ? new { content = new[] { new { token = text, logprob = value } } } : null,
                finish_reason = (string?)null,
            },
        },
    });

    internal static object Whole(string text, object usage) => new
    {
        id = "chatcmpl-1",
        choices = new[] { new { index = 0, message = new { role = "assistant", content = text }, finish_reason = "stop" } },
        usage,
    };

    private static object Usage(int tokens) =>
        new { prompt_tokens = 1000, completion_tokens = tokens, total_tokens = 1000 + tokens, prompt_tokens_details = new { cached_tokens = 400 } };

    internal static Task WriteAsync(HttpContext context, string data) => RawAsync(context, $"data: {data}\n\n");

    private static async Task RawAsync(HttpContext context, string text)
    {
        await context.Response.WriteAsync(text, context.RequestAborted);
        await context.Response.Body.FlushAsync(context.RequestAborted);
    }

    internal static async Task JsonAsync(HttpContext context, int status, object value)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        await context.Response.Body.WriteAsync(JsonSerializer.SerializeToUtf8Bytes(value), context.RequestAborted);
    }
}
