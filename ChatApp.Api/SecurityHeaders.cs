using System.Diagnostics;
using Microsoft.AspNetCore.Http.Features;

namespace ChatApp.Api;

/// <summary>Headers of every answer: its id, and those that make a browser treat it as data: nothing of an API is a page, but for its documentation.</summary>
internal sealed class SecurityHeaders(RequestDelegate next)
{
    private const string Data = "default-src 'none'; frame-ancestors 'none'; sandbox";

    private const string Documentation =
        "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; frame-ancestors 'none'; base-uri 'none'";

    public Task InvokeAsync(HttpContext context)
    {
        // Last of all: the exception handler drops headers that were there before it.
        context.Response.OnStarting(static state =>
        {
            Write((HttpContext)state);
            return Task.CompletedTask;
        }, context);
        return next(context);
    }

    /// <summary>What a user quotes when they ask what went wrong: the id of the request's trace.</summary>
    private static string RequestIdOf(HttpContext context) =>
        "req_" + ((context.Features.Get<IHttpActivityFeature>()?.Activity ?? Activity.Current)?.TraceId.ToString() ?? context.TraceIdentifier.Replace(":", "", StringComparison.Ordinal));

    private static void Write(HttpContext context)
    {
        var headers = context.Response.Headers;
        headers["x-request-id"] = RequestIdOf(context);
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Resource-Policy"] = "same-site";
        headers.ContentSecurityPolicy = context.Request.Path.StartsWithSegments("/docs") ? Documentation : Data;
        if (headers.CacheControl.Count == 0)
            headers.CacheControl = "no-store";
    }
}
