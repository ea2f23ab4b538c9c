using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace ChatApp.Contracts.OpenAI;

/// <summary>OpenAI's error object, with the HTTP status that goes with it. As a result it writes itself.</summary>
public sealed record OpenAIError(int Status, string Message, string Type, string? Param = null, string? Code = null) : IResult
{
    public const string InvalidRequest = "invalid_request_error";

    public const string ServerError = "server_error";

    public const string RateLimit = "rate_limit_error";

    /// <summary>When the same request may succeed; sent as <c>retry-after</c>.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>On <c>/api</c>, when the conversation moved on: the newest message of its path.</summary>
    public string? NewerMessageId { get; init; }

    /// <summary>On <c>/api</c>, when the conversation moved on: the turn that is still being answered.</summary>
    public string? RunningTurnId { get; init; }

    public static OpenAIError Invalid(string message, string? param = null, string? code = null) =>
        new(StatusCodes.Status400BadRequest, message, InvalidRequest, param, code);

    /// <summary>The error's object, in its envelope.</summary>
    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteStartObject("error"u8);
        json.WriteString("message"u8, Message);
        json.WriteString("type"u8, Type);
        json.WriteString("param"u8, Param);
        json.WriteString("code"u8, Code);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    /// <summary>Status and <c>retry-after</c>.</summary>
    public void SetHead(HttpResponse response)
    {
        response.StatusCode = Status;
        if (RetryAfter is { } wait)
            response.Headers.RetryAfter = Math.Max(1, (long)Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
    }

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        SetHead(response);
        response.ContentType = "application/json";
        await using (var json = new Utf8JsonWriter(response.BodyWriter, JsonOutput.Options))
            Write(json);
        await response.BodyWriter.FlushAsync(httpContext.RequestAborted);
    }
}
