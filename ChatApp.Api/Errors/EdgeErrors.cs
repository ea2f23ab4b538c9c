using System.Globalization;
using System.Text.Json;
using ChatApp.Api.Logging;
using ChatApp.Contracts.OpenAI;
using ChatApp.Contracts.Orchestrator;
using ChatApp.ServiceDefaults.Storage;
using Grpc.Core;
using Microsoft.AspNetCore.Diagnostics;

namespace ChatApp.Api.Errors;

/// <summary>
/// The one place where a failure becomes an answer: OpenAI's error object on <c>/v1</c>, problem details elsewhere.
/// </summary>
internal static class EdgeErrors
{
    private static readonly OpenAIError Unavailable = new(StatusCodes.Status503ServiceUnavailable,
        "The service behind this request is not available at the moment; try again shortly.", OpenAIError.ServerError, Code: "unavailable");

    public static bool IsOpenAI(HttpContext context) => MissingRoutes.IsOfProtocol(context.Request.Path);

    public static OpenAIError From(Exception exception) => exception switch
    {
        OpenAIException refused => refused.Error,
        RpcException rpc => FromRpc(rpc) with { RetryAfter = WaitOf(rpc.Trailers) },
        BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } => new(
            StatusCodes.Status413PayloadTooLarge, "The request body is larger than this server accepts (Edge:MaxRequestBytes).",
            OpenAIError.InvalidRequest, Code: "request_too_large"),
        BadHttpRequestException bad => BindingErrors.From(bad),
        _ when DatabaseRefusals.IsRefusal(exception) => OpenAIError.Invalid(DatabaseRefusals.Message),
        _ when TransientFailures.IsTransient(exception) => Unavailable,
        _ => new(StatusCodes.Status500InternalServerError,
            "Something went wrong on our side; the request can be sent again with the same request id.", OpenAIError.ServerError, Code: "internal_error"),
    };

    public static Task WriteStatusPageAsync(StatusCodeContext pages)
    {
        var context = pages.HttpContext;
        var status = context.Response.StatusCode;
        if (status == StatusCodes.Status404NotFound && IsOpenAI(context))
            return WriteAsync(context, MissingRoutes.Error(context.Request.Method, context.Request.Path));
        var message = status switch
        {
            StatusCodes.Status404NotFound => $"There is nothing at {context.Request.Method} {context.Request.Path}.",
            StatusCodes.Status405MethodNotAllowed => $"{context.Request.Method} is not allowed at {context.Request.Path}; there is {context.Response.Headers.Allow}.",
            StatusCodes.Status415UnsupportedMediaType => "Send the body as application/json.",
            _ => $"The request was answered with status {status}.",
        };
        return WriteAsync(context, new OpenAIError(status, message, OpenAIError.InvalidRequest));
    }

    public static Task WriteAsync(HttpContext context, OpenAIError error) =>
        IsOpenAI(context)
            ? error.ExecuteAsync(context)
            : Results.Problem(error.Message, statusCode: error.Status, type: null, extensions: Extensions(error)).ExecuteAsync(context);

    private static Dictionary<string, object?>? Extensions(OpenAIError error)
    {
        var extensions = new Dictionary<string, object?>();
        Add("code", error.Code);
        Add("param", error.Param);
        Add("newer_message_id", error.NewerMessageId);
        Add("running_turn_id", error.RunningTurnId);
        return extensions.Count == 0 ? null : extensions;

        void Add(string name, string? value)
        {
            if (value is not null)
                extensions[name] = value;
        }
    }

    private static OpenAIError FromRpc(RpcException exception)
    {
        if (FromTrailers(exception.Trailers) is { } passedOn)
            return passedOn;

        var detail = exception.Status.Detail;
        return exception.StatusCode switch
        {
            StatusCode.InvalidArgument => OpenAIError.Invalid(detail),
            StatusCode.OutOfRange => OpenAIError.Invalid(detail),
            StatusCode.NotFound => new(StatusCodes.Status404NotFound, detail, OpenAIError.InvalidRequest, Code: "not_found"),
            StatusCode.FailedPrecondition => new(StatusCodes.Status410Gone, detail, OpenAIError.InvalidRequest, Code: "gone"),
            StatusCode.AlreadyExists => new(StatusCodes.Status422UnprocessableEntity, detail, OpenAIError.InvalidRequest, Code: "request_id_reused"),
            StatusCode.Aborted => new(StatusCodes.Status409Conflict, detail, OpenAIError.InvalidRequest, Code: "conversation_moved_on"),
            StatusCode.PermissionDenied => new(StatusCodes.Status403Forbidden, detail, OpenAIError.InvalidRequest, Code: "forbidden"),
            StatusCode.ResourceExhausted => new(StatusCodes.Status429TooManyRequests, detail, OpenAIError.RateLimit, Code: "rate_limit_exceeded"),
            StatusCode.DeadlineExceeded => new(StatusCodes.Status504GatewayTimeout, detail, OpenAIError.ServerError, Code: "timeout"),
            StatusCode.Unavailable => Unavailable,
            _ => new(StatusCodes.Status500InternalServerError,
                "Something went wrong on our side; the request can be sent again with the same request id.", OpenAIError.ServerError, Code: "internal_error"),
        };
    }

    private static TimeSpan? WaitOf(Metadata trailers) =>
        int.TryParse(trailers.GetValue(Trailers.RetryAfter), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) ? TimeSpan.FromSeconds(seconds) : null;

    private static OpenAIError? FromTrailers(Metadata trailers)
    {
        if (trailers.GetValueBytes(Trailers.Error) is not { } json || !int.TryParse(trailers.GetValue(Trailers.Status), out var status))
            return null;

        try
        {
            using var document = JsonDocument.Parse(json);
            var error = document.RootElement.TryGetProperty("error", out var inner) ? inner : document.RootElement;
            return new OpenAIError(status, Text("message") ?? "The model's server refused the request.", Text("type") ?? OpenAIError.ServerError, Text("param"), Text("code"))
            {
                NewerMessageId = trailers.GetValue(Trailers.NewerMessage),
                RunningTurnId = trailers.GetValue(Trailers.RunningTurn),
            };

            string? Text(string name) => error.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

internal sealed class EdgeExceptionHandler(ILogger<EdgeExceptionHandler> logger) : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext context, Exception exception, CancellationToken cancellationToken)
    {
        var error = EdgeErrors.From(exception);
        if (error.Status >= StatusCodes.Status500InternalServerError)
            logger.RequestFailed(exception, context.Request.Method, context.Request.Path);
        if (error.Status == StatusCodes.Status401Unauthorized)
            context.Response.Headers.WWWAuthenticate = "Bearer";
        error.SetHead(context.Response);
        await EdgeErrors.WriteAsync(context, error);
        return true;
    }
}
