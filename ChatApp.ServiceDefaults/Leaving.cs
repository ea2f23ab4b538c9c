using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace ChatApp.ServiceDefaults;

/// <summary>Clients that go before they have their answer: nothing has failed, and nobody is there to be told.</summary>
public static class Leaving
{
    /// <summary>Whether a failure is only that whoever asked has gone; one of ours that met somebody gone is ours all the same.</summary>
    /// <param name="exception">What was thrown.</param>
    /// <param name="left">Cancelled when whoever asked has gone.</param>
    public static bool IsOf(Exception exception, CancellationToken left) => left.IsCancellationRequested && IsEnd(exception);

    /// <summary>Ends requests whose client has gone in silence, before anything takes them for failures.</summary>
    /// <param name="app">The pipeline; put it inside what handles exceptions.</param>
    /// <param name="isEnd">What else tells of an end by cancellation.</param>
    public static IApplicationBuilder UseLeaving(this IApplicationBuilder app, Func<Exception, bool>? isEnd = null) => app.Use(async (context, next) =>
    {
        var left = context.RequestAborted;
        try
        {
            await next(context);
        }
        catch (Exception exception) when (left.IsCancellationRequested && (IsEnd(exception) || isEnd?.Invoke(exception) == true))
        {
            if (!context.Response.HasStarted)
                context.Response.StatusCode = StatusCodes.Status499ClientClosedRequest;
        }
    });

    private static bool IsEnd(Exception? exception) =>
        exception is OperationCanceledException or IOException or SocketException || (exception is { InnerException: { } inner } && IsEnd(inner));
}
