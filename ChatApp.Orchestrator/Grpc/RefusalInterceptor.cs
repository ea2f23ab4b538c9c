using ChatApp.Orchestrator.Errors;
using ChatApp.Orchestrator.Gateway.Wire;
using ChatApp.Orchestrator.Logging;
using ChatApp.Orchestrator.Objects;
using ChatApp.ServiceDefaults;
using ChatApp.ServiceDefaults.Storage;
using Grpc.Core;
using Grpc.Core.Interceptors;

namespace ChatApp.Orchestrator.Grpc;

/// <summary>Turns what the service throws into the statuses that <c>orchestrator.proto</c> documents.</summary>
internal sealed class RefusalInterceptor(ILogger<RefusalInterceptor> logger) : Interceptor
{
    public override async Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
    {
        try
        {
            return await continuation(request, context);
        }
        catch (Exception exception) when (Translate(exception, context) is { } translated)
        {
            throw translated;
        }
    }

    public override async Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request, IServerStreamWriter<TResponse> responseStream, ServerCallContext context,
        ServerStreamingServerMethod<TRequest, TResponse> continuation)
    {
        try
        {
            await continuation(request, responseStream, context);
        }
        catch (Exception exception) when (Translate(exception, context) is { } translated)
        {
            throw translated;
        }
    }

    public override async Task<TResponse> ClientStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream, ServerCallContext context, ClientStreamingServerMethod<TRequest, TResponse> continuation)
    {
        try
        {
            return await continuation(requestStream, context);
        }
        catch (Exception exception) when (Translate(exception, context) is { } translated)
        {
            throw translated;
        }
    }

    private RpcException? Translate(Exception exception, ServerCallContext context)
    {
        switch (exception)
        {
            case RpcException:
                return null;
            case RefusedException refused:
                return Refusals.ToRpc(refused);
            case UpstreamException upstream:
                Log.CallRefused(logger, context.Method, upstream.Message);
                return Refusals.ToRpc(upstream);
            case var end when Leaving.IsOf(end, context.CancellationToken):
            // Written to a call that is over.
            case InvalidOperationException { Source: "Grpc.AspNetCore.Server" } when context.CancellationToken.IsCancellationRequested:
                return new RpcException(new Status(StatusCode.Cancelled, "The caller went away."));
            case var refused when DatabaseRefusals.IsRefusal(refused):
                Log.CallRefused(logger, context.Method, refused.Message);
                return Refusals.ToRpc(new RefusedException(Refusal.Invalid, "invalid_value", DatabaseRefusals.Message));
            case var away when TransientFailures.IsTransient(away) || away is StackExchange.Redis.RedisException:
                Log.CallFailed(logger, exception, context.Method);
                return Refusals.ToRpc(new RefusedException(Refusal.Unavailable, "storage_unavailable", "The store can't be reached now. Try again in a moment."));
            case BlobStoreException:
                Log.CallFailed(logger, exception, context.Method);
                return Refusals.ToRpc(new RefusedException(Refusal.Unavailable, "storage_unavailable", "The store of files can't be reached now. Try again in a moment."));
            default:
                Log.CallFailed(logger, exception, context.Method);
                return new RpcException(new Status(StatusCode.Internal, "Something went wrong on our side. Try again."));
        }
    }
}
