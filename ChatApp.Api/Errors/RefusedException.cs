using ChatApp.Contracts.OpenAI;
namespace ChatApp.Api.Errors;

/// <summary>A request that the edge refuses, with the answer it gets.</summary>
internal sealed class RefusedException(OpenAIError error, TimeSpan? retryAfter = null) : Exception(error.Message)
{
    public OpenAIError Error { get; } = error;

    /// <summary>When the same request may succeed; sent as <c>retry-after</c>.</summary>
    public TimeSpan? RetryAfter { get; } = retryAfter;

    public static RefusedException Invalid(string message, string? param = null, string code = "invalid_value") =>
        new(OpenAIError.Invalid(message, param, code));

    public static RefusedException Unauthenticated(string message, string code = "unauthenticated") =>
        new(new OpenAIError(StatusCodes.Status401Unauthorized, message, OpenAIError.InvalidRequest, Code: code));

    public static RefusedException Forbidden(string message, string code = "forbidden") =>
        new(new OpenAIError(StatusCodes.Status403Forbidden, message, OpenAIError.InvalidRequest, Code: code));

    public static RefusedException NotFound(string what) =>
        new(new OpenAIError(StatusCodes.Status404NotFound, $"No such {what}.", OpenAIError.InvalidRequest, Code: "not_found"));

    public static RefusedException Conflict(string message, string code) =>
        new(new OpenAIError(StatusCodes.Status409Conflict, message, OpenAIError.InvalidRequest, Code: code));

    public static RefusedException TooMany(string message, string code, TimeSpan retryAfter, string type = "rate_limit_error") =>
        new(new OpenAIError(StatusCodes.Status429TooManyRequests, message, type, Code: code), retryAfter);
}
