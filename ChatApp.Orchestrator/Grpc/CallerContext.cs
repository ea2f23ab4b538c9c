using ChatApp.Contracts.Identity;
using Grpc.Core;

namespace ChatApp.Orchestrator.Grpc;

/// <summary>The verified identity of a call.</summary>
internal static class CallerContext
{
    private static readonly object Key = new();

    public static void SetCaller(this ServerCallContext context, CallerIdentity identity) => context.UserState[Key] = identity;

    /// <exception cref="InvalidOperationException">The call did not pass <see cref="IdentityInterceptor"/>.</exception>
    public static CallerIdentity Caller(this ServerCallContext context) =>
        context.UserState.TryGetValue(Key, out var identity)
            ? (CallerIdentity)identity
            : throw new InvalidOperationException("The call has no verified identity.");
}
