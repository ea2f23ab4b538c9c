using ChatApp.Contracts.Identity;
using ChatApp.Orchestrator.Logging;
using Grpc.Core;
using Grpc.Core.Interceptors;

namespace ChatApp.Orchestrator.Grpc;

/// <summary>Refuses every call that the edge did not sign, inside the graph as well.</summary>
internal sealed class IdentityInterceptor(CallerIdentitySigner signer, ILogger<IdentityInterceptor> logger) : Interceptor
{
    public override Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
    {
        Authenticate(context);
        return continuation(request, context);
    }

    public override Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request, IServerStreamWriter<TResponse> responseStream, ServerCallContext context,
        ServerStreamingServerMethod<TRequest, TResponse> continuation)
    {
        Authenticate(context);
        return continuation(request, responseStream, context);
    }

    public override Task<TResponse> ClientStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream, ServerCallContext context, ClientStreamingServerMethod<TRequest, TResponse> continuation)
    {
        Authenticate(context);
        return continuation(requestStream, context);
    }

    public override Task DuplexStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream, IServerStreamWriter<TResponse> responseStream, ServerCallContext context,
        DuplexStreamingServerMethod<TRequest, TResponse> continuation)
    {
        Authenticate(context);
        return continuation(requestStream, responseStream, context);
    }

    private void Authenticate(ServerCallContext context)
    {
        if (signer.TryVerify(context.RequestHeaders.GetValue(CallerIdentity.HeaderName), out var identity, out var reason))
        {
            context.SetCaller(identity);
            return;
        }

        Log.CallRefused(logger, context.Method, reason);
        throw new RpcException(new Status(StatusCode.Unauthenticated, reason));
    }
}
