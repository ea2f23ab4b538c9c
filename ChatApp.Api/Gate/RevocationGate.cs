using ChatApp.Api.Callers;
using ChatApp.Api.Ids;
using ChatApp.Api.Revocations;

namespace ChatApp.Api.Gate;

/// <summary>
/// Keeps what was let in under watch for as long as it is answered: rights are looked at when a request comes, and a stream may
/// outlive them.
/// </summary>
internal sealed class RevocationGate(RequestDelegate next, OpenRequests requests)
{
    public async Task InvokeAsync(HttpContext context)
    {
        if (context.Features.Get<Caller>() is not { } caller || context.Features.Get<RouteRule>() is not { } rule || EndsRights(context, rule))
        {
            await next(context);
            return;
        }

        var owner = new RequestOwner(caller.Id, caller.SessionId, caller.KeyId, context.Connection.RemoteIpAddress, DeviceId.Of(context.Request));
        var request = requests.Enter(context, owner);
        try
        {
            await next(context);
        }
        catch (Exception) when (request.IsRevoked && !request.Left.IsCancellationRequested)
        {
            if (!context.Response.HasStarted)
                throw OpenRequest.Refusal;
            // Nothing can be added to it, and half of it must not look like the whole.
            context.Abort();
        }
        finally
        {
            request.Dispose();
        }
    }

    /// <summary>What changes accounts, sessions and keys is short, and must live to tell that it ended its own.</summary>
    private static bool EndsRights(HttpContext context, RouteRule rule) =>
        !HttpMethods.IsGet(context.Request.Method) && (rule.Access == RouteAccess.Public || rule.Owner is RouteOwner.Edge or RouteOwner.Everyone);
}
