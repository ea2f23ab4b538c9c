using ChatApp.Api.Accounts;
using ChatApp.Contracts.Identity;
using Grpc.Core;
using Grpc.Core.Interceptors;

namespace ChatApp.Api.Callers;

/// <summary>Signs the caller into the metadata of every call to the orchestrator.</summary>
internal sealed class CallerInterceptor(CallerIdentitySigner signer, CurrentCaller current) : Interceptor
{
    /// <summary>Long enough to outlive the retries of a call; a stream is checked when it begins.</summary>
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(2);

    public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(
        TRequest request, ClientInterceptorContext<TRequest, TResponse> context, AsyncUnaryCallContinuation<TRequest, TResponse> continuation) =>
        continuation(request, Sign(context));

    public override AsyncServerStreamingCall<TResponse> AsyncServerStreamingCall<TRequest, TResponse>(
        TRequest request, ClientInterceptorContext<TRequest, TResponse> context, AsyncServerStreamingCallContinuation<TRequest, TResponse> continuation) =>
        continuation(request, Sign(context));

    public override AsyncClientStreamingCall<TRequest, TResponse> AsyncClientStreamingCall<TRequest, TResponse>(
        ClientInterceptorContext<TRequest, TResponse> context, AsyncClientStreamingCallContinuation<TRequest, TResponse> continuation) =>
        continuation(Sign(context));

    private ClientInterceptorContext<TRequest, TResponse> Sign<TRequest, TResponse>(ClientInterceptorContext<TRequest, TResponse> context)
        where TRequest : class
        where TResponse : class
    {
        var caller = current.Required;
        var headers = new Metadata();
        foreach (var entry in context.Options.Headers ?? [])
            headers.Add(entry);
        headers.Add(CallerIdentity.HeaderName, signer.Sign(caller.UserId, caller.Kind == CallerKind.Guest ? Account.Guest : caller.Role, caller.Plan, Lifetime, caller.Name));
        return new ClientInterceptorContext<TRequest, TResponse>(context.Method, context.Host, context.Options.WithHeaders(headers));
    }
}
