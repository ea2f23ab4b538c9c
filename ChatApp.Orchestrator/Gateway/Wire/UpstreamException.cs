using System.Text.Json;
using ChatApp.Orchestrator.V1;

namespace ChatApp.Orchestrator.Gateway.Wire;

/// <summary>An upstream refused a request, or could not be reached, or broke off.</summary>
/// <param name="upstream">Its name in the configuration.</param>
/// <param name="failure">What happened.</param>
/// <param name="message">For the user.</param>
/// <param name="inner">The cause, if any.</param>
internal sealed class UpstreamException(string upstream, UpstreamFailure failure, string message, Exception? inner = null)
    : Exception(message, inner)
{
    public string Upstream { get; } = upstream;

    public UpstreamFailure Failure { get; } = failure;

    /// <summary>The HTTP status that the upstream gave; 0 when it gave none.</summary>
    public int Status { get; init; }

    /// <summary>The upstream's OpenAI error object, when it sent one.</summary>
    public string? ErrorJson { get; init; }

    /// <summary>When the upstream wants to be asked again.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>The request was fine: another attempt, from the text so far, may get through.</summary>
    public bool MayContinue => Failure is UpstreamFailure.Unreachable or UpstreamFailure.BrokeOff or UpstreamFailure.TimedOut
        or UpstreamFailure.Overloaded or UpstreamFailure.Malformed;

    /// <summary>Another upstream may do what this one did not.</summary>
    internal bool MayTryElsewhere => MayContinue || Failure == UpstreamFailure.Misconfigured;

    public Error ToError()
    {
        var error = new Error
        {
            Code = Failure switch
            {
                UpstreamFailure.Refused => "upstream_refused",
                UpstreamFailure.Overloaded => "upstream_overloaded",
                UpstreamFailure.TimedOut => "upstream_timeout",
                UpstreamFailure.Malformed => "upstream_malformed",
                UpstreamFailure.RanAway => "upstream_ran_away",
                _ => "upstream_unavailable",
            },
            Type = Failure switch
            {
                UpstreamFailure.Refused => "invalid_request_error",
                UpstreamFailure.Overloaded => "rate_limit_error",
                _ => "server_error",
            },
            Message = Message,
        };
        // What an upstream says about itself, our key or our account is not for the caller; what it says of the request is.
        if (ErrorJson is null || Failure != UpstreamFailure.Refused)
            return error;

        using var json = JsonDocument.Parse(ErrorJson);
        error.Code = Text(json.RootElement, "code") ?? error.Code;
        error.Type = Text(json.RootElement, "type") ?? error.Type;
        error.Message = Text(json.RootElement, "message") ?? error.Message;
        error.Param = Text(json.RootElement, "param") ?? "";
        return error;
    }

    private static string? Text(JsonElement error, string property) =>
        error.TryGetProperty(property, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}

public enum UpstreamFailure
{
    /// <summary>The request is at fault: asking again changes nothing.</summary>
    Refused,

    /// <summary>The upstream does not accept our key or does not have the model: another upstream may.</summary>
    Misconfigured,

    /// <summary>No connection, or a server error before the first token.</summary>
    Unreachable,

    /// <summary>429 or 503: it is to be asked again later.</summary>
    Overloaded,

    /// <summary>Silent for too long.</summary>
    TimedOut,

    /// <summary>The stream ended in the middle.</summary>
    BrokeOff,

    /// <summary>What it sent is not the protocol.</summary>
    Malformed,

    /// <summary>It went on past every limit of the request and the model.</summary>
    RanAway,
}
