using System.Text.Json.Serialization;

namespace ChatApp.Api.OpenAI;

/// <summary>OpenAI's error object, with the HTTP status that goes with it.</summary>
internal sealed record OpenAIError(
    [property: JsonIgnore] int Status,
    string Message,
    string Type,
    string? Param = null,
    string? Code = null)
{
    public const string InvalidRequest = "invalid_request_error";

    public static OpenAIError Invalid(string message, string? param = null, string? code = null) =>
        new(StatusCodes.Status400BadRequest, message, InvalidRequest, param, code);

    public IResult ToResult() => Results.Json(new Envelope(this), statusCode: Status);

    internal sealed record Envelope(OpenAIError Error);
}
