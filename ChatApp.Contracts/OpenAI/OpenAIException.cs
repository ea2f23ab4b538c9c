using Microsoft.AspNetCore.Http;

namespace ChatApp.Contracts.OpenAI;

/// <summary>A request that is refused, with the answer it gets.</summary>
public sealed class OpenAIException(OpenAIError error) : Exception(error.Message)
{
    public OpenAIError Error { get; } = error;

    public static OpenAIException Invalid(string message, string? param = null, string? code = "invalid_value") =>
        new(OpenAIError.Invalid(message, param, code));

    public static OpenAIException Unauthenticated(string message, string code = "unauthenticated") =>
        new(new OpenAIError(StatusCodes.Status401Unauthorized, message, OpenAIError.InvalidRequest, Code: code));

    public static OpenAIException Forbidden(string message, string code = "forbidden") =>
        new(new OpenAIError(StatusCodes.Status403Forbidden, message, OpenAIError.InvalidRequest, Code: code));

    public static OpenAIException NotFound(string what) =>
        new(new OpenAIError(StatusCodes.Status404NotFound, $"No such {what}.", OpenAIError.InvalidRequest, Code: "not_found"));

    public static OpenAIException Conflict(string message, string code) =>
        new(new OpenAIError(StatusCodes.Status409Conflict, message, OpenAIError.InvalidRequest, Code: code));

    public static OpenAIException TooMany(string message, string code, TimeSpan retryAfter, string type = OpenAIError.RateLimit) =>
        new(new OpenAIError(StatusCodes.Status429TooManyRequests, message, type, Code: code) { RetryAfter = retryAfter });
}
