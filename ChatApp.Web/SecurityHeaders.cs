using ChatApp.Web.Rendering;
using Microsoft.Extensions.Options;

namespace ChatApp.Web;

/// <summary>
/// What the browser may load and run: scripts, styles, fonts and connections from our own origin only, nothing inline.
/// Pictures come from our own origin and the hosts of <see cref="RenderingOptions.ImageHosts"/>. The one frame is
/// <see cref="DiagramFrame"/>, which has a policy of its own.
/// </summary>
internal static class SecurityHeaders
{
    public static void UseSecurityHeaders(this WebApplication app)
    {
        var policy = Policy(app.Services.GetRequiredService<IOptions<RenderingOptions>>().Value.ImageHosts);
        app.Use((context, next) =>
        {
            var headers = context.Response.Headers;
            headers.ContentSecurityPolicy = policy;
            headers.XContentTypeOptions = "nosniff";
            headers["Referrer-Policy"] = "no-referrer";
            headers["Cross-Origin-Opener-Policy"] = "same-origin";
            headers["Cross-Origin-Resource-Policy"] = "same-origin";
            headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=(), payment=(), usb=()";
            return next(context);
        });
    }

    internal static string Policy(IEnumerable<string> imageHosts) =>
        "default-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'; object-src 'none'; "
        + "script-src 'self'; style-src 'self'; font-src 'self'; frame-src 'self'; "
        + $"img-src {string.Join(' ', (string[])["'self'", "data:", "blob:", .. imageHosts.Select(host => $"https://{host}")])}; "
        + "connect-src 'self'; manifest-src 'self'; worker-src 'self'; media-src 'self' blob:";
}
