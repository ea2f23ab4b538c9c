namespace ChatApp.Web;

/// <summary>
/// Serves below a path, such as <c>/chat</c>, where a proxy in front gives the server one (<c>Web:PathBase</c>): whether that
/// proxy takes the path away or passes it on. Without the path, as for probes, it is served as well.
/// </summary>
internal static class PathBase
{
    private const string Setting = "Web:PathBase";

    public static void UsePathBase(this WebApplication app)
    {
        if (app.Configuration[Setting] is not { Length: > 0 } configured)
            return;
        var path = configured.TrimEnd('/');
        if (!path.StartsWith('/') || Uri.EscapeDataString(path).Replace("%2F", "/", StringComparison.Ordinal) != path)
            throw new InvalidOperationException($"{Setting}: '{configured}' is not a path such as /chat.");
        app.Use((context, next) =>
        {
            if (context.Request.Path.StartsWithSegments(path, out var rest))
                context.Request.Path = rest.HasValue ? rest : "/";
            context.Request.PathBase = path;
            return next(context);
        });
    }
}
