using Grpc.Core;

namespace ChatApp.Api.Orchestration;

internal static class CallStatus
{
    /// <summary>The call's final status, or null while it has none.</summary>
    public static Status? GetStatusOrNull<TResponse>(this AsyncServerStreamingCall<TResponse> call)
    {
        try
        {
            return call.GetStatus();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }
}
