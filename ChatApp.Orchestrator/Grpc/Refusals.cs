using System.Text.Json;
using ChatApp.Orchestrator.Gateway;
using ChatApp.Orchestrator.Ids;
using ChatApp.Orchestrator.V1;
using Grpc.Core;

namespace ChatApp.Orchestrator.Grpc;

/// <summary>Refusals as gRPC statuses, with the OpenAI error object in the trailers.</summary>
internal static class Refusals
{
    /// <summary>Trailer: <c>{"error": {"message", "type", "param", "code"}}</c> in UTF-8.</summary>
    public const string ErrorTrailer = "x-openai-error-bin";

    /// <summary>Trailer: the HTTP status that goes with the error.</summary>
    public const string StatusTrailer = "x-http-status";

    /// <summary>Trailer of ABORTED: the newest message of the path.</summary>
    public const string NewerMessageTrailer = "x-chatapp-newer-message";

    /// <summary>Trailer of ABORTED: the turn that is still running.</summary>
    public const string RunningTurnTrailer = "x-chatapp-running-turn";

    /// <summary>Trailer of UNAVAILABLE and RESOURCE_EXHAUSTED: seconds to wait, when known.</summary>
    public const string RetryAfterTrailer = "retry-after";

    public static RpcException ToRpc(RefusedException refused)
    {
        var (code, http) = refused.Refusal switch
        {
            Refusal.Invalid => (StatusCode.InvalidArgument, 400),
            Refusal.NotFound => (StatusCode.NotFound, 404),
            Refusal.Gone => (StatusCode.FailedPrecondition, 410),
            Refusal.Conflict => (StatusCode.Aborted, 409),
            Refusal.RequestIdReused => (StatusCode.AlreadyExists, 422),
            Refusal.OutOfRange => (StatusCode.OutOfRange, 416),
            _ => (StatusCode.Unavailable, 503),
        };
        var error = new Error
        {
            Code = refused.Code,
            Type = http >= 500 ? "server_error" : "invalid_request_error",
            Message = refused.Message,
            Param = refused.Param ?? "",
        };
        var trailers = Trailers(http, error);
        if (refused.NewerMessageId is { } newer)
            trailers.Add(NewerMessageTrailer, WireId.Format(WireId.Message, newer));
        if (refused.RunningTurnId is { } running)
            trailers.Add(RunningTurnTrailer, WireId.Format(WireId.Turn, running));
        // The contract's word for a deleted conversation.
        var detail = refused.Refusal == Refusal.Gone ? "gone" : refused.Message;
        return new RpcException(new Status(code, detail), trailers);
    }

    public static RpcException ToRpc(UpstreamException upstream)
    {
        var (code, http) = upstream.Failure switch
        {
            UpstreamFailure.Refused => (StatusCode.InvalidArgument, upstream.Status >= 400 ? upstream.Status : 400),
            UpstreamFailure.Overloaded => (StatusCode.ResourceExhausted, upstream.Status == 429 ? 429 : 503),
            UpstreamFailure.TimedOut => (StatusCode.DeadlineExceeded, 504),
            // Not Unavailable: a client repeats that, and the gateway has tried every route already.
            _ => (StatusCode.Internal, 502),
        };
        var error = upstream.ToError();
        var trailers = Trailers(http, error);
        if (upstream.RetryAfter is { } wait)
            trailers.Add(RetryAfterTrailer, ((int)Math.Ceiling(wait.TotalSeconds)).ToString(System.Globalization.CultureInfo.InvariantCulture));
        return new RpcException(new Status(code, error.Message), trailers);
    }

    private static Metadata Trailers(int http, Error error) => new()
    {
        { StatusTrailer, http.ToString(System.Globalization.CultureInfo.InvariantCulture) },
        {
            ErrorTrailer,
            JsonSerializer.SerializeToUtf8Bytes(new
            {
                error = new
                {
                    message = error.Message,
                    type = error.Type,
                    param = error.Param.Length > 0 ? error.Param : null,
                    code = error.Code,
                },
            })
        },
    };
}
