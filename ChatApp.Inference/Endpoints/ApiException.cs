namespace ChatApp.Inference.Endpoints;

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
