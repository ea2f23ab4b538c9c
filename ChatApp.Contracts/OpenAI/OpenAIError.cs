using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;

namespace ChatApp.Contracts.OpenAI;

/// <summary>OpenAI's error object, with the HTTP status that goes with it.</summary>
public sealed record OpenAIError(
    [property: JsonIgnore] int Status,
    string Message,
    string Type,
    string? Param = null,
    string? Code = null)
{
    public const string InvalidRequest = "invalid_request_error";

    /// <summary>On <c>/api</c>, when the conversation moved on: the newest message of its path.</summary>
    [JsonIgnore]
    public string? NewerMessageId { get; init; }

    /// <summary>On <c>/api</c>, when the conversation moved on: the turn that is still being answered.</summary>
    [JsonIgnore]
    public string? RunningTurnId { get; init; }

    public static OpenAIError Invalid(string message, string? param = null, string? code = null) =>
        new(StatusCodes.Status400BadRequest, message, InvalidRequest, param, code);

    public IResult ToResult() => Results.Json(new Envelope(this), statusCode: Status);

    /// <summary>The body of the answer.</summary>
    public sealed record Envelope(OpenAIError Error);
}
