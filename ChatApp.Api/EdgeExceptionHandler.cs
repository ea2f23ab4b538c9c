using System.Globalization;
using Grpc.Core;
using Microsoft.AspNetCore.Diagnostics;

namespace ChatApp.Api;

internal sealed class EdgeExceptionHandler(ILogger<EdgeExceptionHandler> logger) : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext context, Exception exception, CancellationToken cancellationToken)
    {
        var error = EdgeErrors.From(exception);
        if (error.Status >= StatusCodes.Status500InternalServerError)
            logger.RequestFailed(exception, context.Request.Method, context.Request.Path);
        if (exception is RefusedException { RetryAfter: { } wait })
            context.Response.Headers.RetryAfter = Math.Max(1, (long)Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        else if (exception is RpcException rpc && rpc.Trailers.GetValue(EdgeErrors.RetryAfterTrailer) is { } seconds && int.TryParse(seconds, NumberStyles.None, CultureInfo.InvariantCulture, out _))
            context.Response.Headers.RetryAfter = seconds;
        if (error.Status == StatusCodes.Status401Unauthorized)
            context.Response.Headers.WWWAuthenticate = "Bearer";
        context.Response.StatusCode = error.Status;
        await EdgeErrors.WriteAsync(context, error);
        return true;
    }
}
