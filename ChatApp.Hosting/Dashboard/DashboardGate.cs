using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace ChatApp.Hosting.Dashboard;

/// <summary>
/// Keeps other web sites out: a request must be addressed to this machine by a name that only it has (a rebound DNS name is
/// refused), and one that changes something must come from the dashboard's own pages.
/// </summary>
internal sealed class DashboardGate(RequestDelegate next)
{
    private const string ContentSecurityPolicy =
        "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

    public Task InvokeAsync(HttpContext context)
    {
        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy = ContentSecurityPolicy;
        headers.XContentTypeOptions = "nosniff";
        // "no-referrer" would turn the Origin of the pages' own forms into "null".
        headers["Referrer-Policy"] = "same-origin";
        headers.CacheControl = "no-store";

        if (!IsThisMachine(context.Request.Host.Host))
            return RefuseAsync(context, "The dashboard answers to localhost only.");
        if (!HttpMethods.IsGet(context.Request.Method) && !HttpMethods.IsHead(context.Request.Method) && !IsOwnPage(context.Request))
            return RefuseAsync(context, "This request comes from another site.");
        return next(context);
    }

    private static bool IsThisMachine(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address));

    private static bool IsOwnPage(HttpRequest request)
    {
        if (request.Headers["Sec-Fetch-Site"].FirstOrDefault() is { } site && site is not ("same-origin" or "none"))
            return false;
        // Browsers send an Origin with every POST; what sends none is no browser and carries nobody's session.
        var origin = request.Headers[HeaderNames.Origin].FirstOrDefault();
        return origin is null || origin.Equals($"{request.Scheme}://{request.Host}", StringComparison.OrdinalIgnoreCase);
    }

    private static Task RefuseAsync(HttpContext context, string reason)
    {
        context.Response.StatusCode = StatusCodes.Status403Forbidden;
        return context.Response.WriteAsync(reason);
    }
}
