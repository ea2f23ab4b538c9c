namespace ChatApp.Api;

/// <summary>Headers that make a browser treat answers as data: nothing of an API is a page, but for its documentation.</summary>
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

    private static void Write(HttpContext context)
    {
        var headers = context.Response.Headers;
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Resource-Policy"] = "same-site";
        headers.ContentSecurityPolicy = context.Request.Path.StartsWithSegments("/docs") ? Documentation : Data;
        if (headers.CacheControl.Count == 0)
            headers.CacheControl = "no-store";
    }
}
