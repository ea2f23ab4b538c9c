using System.Text.Json;
using ChatApp.Contracts.OpenAI;
using ChatApp.Inference.Engine.Requests;
using ChatApp.Inference.Logging;
using ChatApp.Inference.Text.Jinja;

namespace ChatApp.Inference.Endpoints.Requests;

/// <summary>Every error of <c>/v1</c> as OpenAI's error object.</summary>
internal static class ApiErrors
{
    public static OpenAIError Internal { get; } = new(StatusCodes.Status500InternalServerError, "The server failed to process the request.", OpenAIError.ServerError);

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
        catch (Exception exception)
        {
            var known = From(exception);
            if (known is null)
                Log.RequestFailed(logger, exception, context.TraceIdentifier);
            if (context.Response.HasStarted)
                context.Abort();
            else
                await WriteAsync(context, known ?? Internal);
        }
    }

    /// <summary>The error object for an exception, or null when the fault is ours.</summary>
    public static OpenAIError? From(Exception exception) => exception switch
    {
        OpenAIException refused => refused.Error,
        RequestRefusedException refused => Refused(refused),
        JinjaException { RaisedByTemplate: true } jinja => OpenAIError.Invalid($"The model's chat template refused the messages: {jinja.Message}", "messages"),
        JinjaException jinja => OpenAIError.Invalid($"The model's chat template cannot render the messages: {jinja.Message}", "messages"),
        BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } bad => new(bad.StatusCode, bad.Message, OpenAIError.InvalidRequest, Code: "request_too_large"),
        BadHttpRequestException bad => new(bad.StatusCode, bad.Message, OpenAIError.InvalidRequest),
        JsonException json => OpenAIError.Invalid($"The request body is not valid JSON: {json.Message}", code: "invalid_json"),
        _ => null,
    };

    public static Task WriteAsync(HttpContext context, OpenAIError error)
    {
        // Whatever is left of such a body is not read: the connection ends, and the client must not send its next request on it.
        if (error.Status == StatusCodes.Status413PayloadTooLarge)
            context.Response.Headers.Connection = "close";
        return error.ExecuteAsync(context);
    }

    private static OpenAIError Refused(RequestRefusedException refused)
    {
        var (status, type, code) = refused.Kind switch
        {
            RefusalKind.QueueFull => (StatusCodes.Status429TooManyRequests, OpenAIError.RateLimit, "queue_full"),
            RefusalKind.QueueTimeout => (StatusCodes.Status503ServiceUnavailable, OpenAIError.ServerError, "queue_timeout"),
            RefusalKind.TooLong => (StatusCodes.Status400BadRequest, OpenAIError.InvalidRequest, "context_length_exceeded"),
            RefusalKind.Invalid => (StatusCodes.Status400BadRequest, OpenAIError.InvalidRequest, "invalid_value"),
            RefusalKind.Draining => (StatusCodes.Status503ServiceUnavailable, OpenAIError.ServerError, "shutting_down"),
            _ => (StatusCodes.Status503ServiceUnavailable, OpenAIError.ServerError, "model_unavailable"),
        };
        return new OpenAIError(status, refused.Message, type, Field(refused), code) { RetryAfter = refused.RetryAfter };
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
