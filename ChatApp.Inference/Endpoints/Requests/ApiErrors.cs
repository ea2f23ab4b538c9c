using System.Globalization;
using System.Text.Json;
using ChatApp.Inference.Engine.Requests;
using ChatApp.Inference.Logging;
using ChatApp.Inference.Text.Jinja;

namespace ChatApp.Inference.Endpoints.Requests;

/// <summary>Every error of <c>/v1</c> as OpenAI's error object: <c>{"error": {"message", "type", "param", "code"}}</c>.</summary>
internal static class ApiErrors
{
    /// <summary>Endpoint filter that turns exceptions into error objects; whoever went away gets nothing.</summary>
    public static async Task HandleAsync(HttpContext context, Func<Task> next, ILogger logger)
    {
        try
        {
            await next();
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested || context.Response.HasStarted)
        {
            // The client has gone: nobody to answer.
        }
        catch (Exception error)
        {
            var known = Translate(error);
            if (known is null)
                Log.RequestFailed(logger, error, context.TraceIdentifier);
            if (context.Response.HasStarted)
                context.Abort();
            else
                await WriteAsync(context, known ?? Internal());
        }
    }

    /// <summary>The error object for an exception, or null when the fault is ours.</summary>
    public static ApiException? Translate(Exception error) => error switch
    {
        ApiException api => api,
        RequestRefusedException refused => Refused(refused),
        JinjaException { RaisedByTemplate: true } jinja => ApiException.Invalid("messages", $"The model's chat template refused the messages: {jinja.Message}"),
        JinjaException jinja => ApiException.Invalid("messages", $"The model's chat template cannot render the messages: {jinja.Message}"),
        BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } bad => new ApiException(413, "invalid_request_error", bad.Message, code: "request_too_large"),
        BadHttpRequestException bad => new ApiException(bad.StatusCode, "invalid_request_error", bad.Message),
        JsonException json => ApiException.Invalid(null, $"The request body is not valid JSON: {json.Message}"),
        _ => null,
    };

    public static ApiException Internal() => new(StatusCodes.Status500InternalServerError, "server_error", "The server failed to process the request.");

    public static async Task WriteAsync(HttpContext context, ApiException error)
    {
        context.Response.StatusCode = error.Status;
        context.Response.ContentType = "application/json";
        // Whatever is left of such a body is not read: the connection ends, and the client must not send its next request on it.
        if (error.Status == StatusCodes.Status413PayloadTooLarge)
            context.Response.Headers.Connection = "close";
        if (error.RetryAfter is { } wait)
            context.Response.Headers.RetryAfter = Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        await using (var json = new Utf8JsonWriter(context.Response.BodyWriter, JsonOutput.Options))
        {
            Write(json, error);
        }
        await context.Response.BodyWriter.FlushAsync(context.RequestAborted);
    }

    public static void Write(Utf8JsonWriter json, ApiException error)
    {
        json.WriteStartObject();
        json.WriteStartObject("error");
        json.WriteString("message", error.Message);
        json.WriteString("type", error.Type);
        json.WriteString("param", error.Param);
        json.WriteString("code", error.Code);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static ApiException Refused(RequestRefusedException refused)
    {
        var (status, type, code) = refused.Kind switch
        {
            RefusalKind.QueueFull => (StatusCodes.Status429TooManyRequests, "rate_limit_error", "queue_full"),
            RefusalKind.QueueTimeout => (StatusCodes.Status503ServiceUnavailable, "server_error", "queue_timeout"),
            RefusalKind.TooLong => (StatusCodes.Status400BadRequest, "invalid_request_error", "context_length_exceeded"),
            RefusalKind.Invalid => (StatusCodes.Status400BadRequest, "invalid_request_error", "invalid_value"),
            RefusalKind.Draining => (StatusCodes.Status503ServiceUnavailable, "server_error", "shutting_down"),
            _ => (StatusCodes.Status503ServiceUnavailable, "server_error", "model_unavailable"),
        };
        return new ApiException(status, type, refused.Message, Field(refused), code, refused.RetryAfter);
    }

    /// <summary>The engine's messages begin with the field they are about.</summary>
    private static string? Field(RequestRefusedException refused)
    {
        if (refused.Kind == RefusalKind.TooLong)
            return "messages";
        var word = refused.Message.AsSpan(0, Math.Max(0, refused.Message.AsSpan().IndexOfAny(" [")));
        return refused.Kind == RefusalKind.Invalid && word.Length > 0 && word.IndexOfAnyExceptInRange('_', 'z') < 0 ? word.ToString() : null;
    }
}

/// <summary>An error for the caller, written as OpenAI's error object.</summary>
internal sealed class ApiException(int status, string type, string message, string? param = null, string? code = null, TimeSpan? retryAfter = null)
    : Exception(message)
{
    public int Status { get; } = status;

    public string Type { get; } = type;

    public string? Param { get; } = param;

    public string? Code { get; } = code;

    public TimeSpan? RetryAfter { get; } = retryAfter;

    public static ApiException Invalid(string? param, string message, string? code = null) =>
        new(StatusCodes.Status400BadRequest, "invalid_request_error", message, param, code);

    public static ApiException TooLarge(long limit) =>
        new(StatusCodes.Status413PayloadTooLarge, "invalid_request_error", $"The request body is larger than {limit} bytes.", code: "request_too_large");
}
