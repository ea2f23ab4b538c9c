using System.Text.Json;
using ChatApp.Contracts.Ids;
using ChatApp.Contracts.Orchestrator;
using ChatApp.Orchestrator.Errors;
using ChatApp.Orchestrator.Gateway.Wire;
using ChatApp.Orchestrator.V1;
using Grpc.Core;

namespace ChatApp.Orchestrator.Grpc;

/// <summary>Refusals as gRPC statuses, with the OpenAI error object in the trailers.</summary>
internal static class Refusals
{
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
        var trailers = TrailersOf(http, error);
        if (refused.NewerMessageId is { } newer)
            trailers.Add(Trailers.NewerMessage, WireId.Format(WireId.Message, newer));
        if (refused.RunningTurnId is { } running)
            trailers.Add(Trailers.RunningTurn, WireId.Format(WireId.Turn, running));
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
        var trailers = TrailersOf(http, error);
        if (upstream.RetryAfter is { } wait)
            trailers.Add(Trailers.RetryAfter, ((int)Math.Ceiling(wait.TotalSeconds)).ToString(System.Globalization.CultureInfo.InvariantCulture));
        return new RpcException(new Status(code, error.Message), trailers);
    }

    private static Metadata TrailersOf(int http, Error error) => new()
    {
        { Trailers.Status, http.ToString(System.Globalization.CultureInfo.InvariantCulture) },
        {
            Trailers.Error,
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
