namespace ChatApp.Web;

/// <summary>
/// An empty page of our own in which Mermaid draws: it writes styles into what it draws, which the page of the chat does
/// not allow. It can reach nothing but its scripts, shows nothing, and gives back a picture.
/// </summary>
internal static class DiagramFrame
{
    private const string Policy = "default-src 'none'; script-src 'self'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'";

    private const string Page =
        """
        <!DOCTYPE html>
        <html lang="en">
        <head><meta charset="utf-8" /><title>Diagrams</title><script type="module" src="js/diagram-frame.js"></script></head>
        <body></body>
        </html>
        """;

    public static void MapDiagramFrame(this WebApplication app) => app.MapGet("/diagram", (HttpContext context) =>
    {
        context.Response.Headers.ContentSecurityPolicy = Policy;
        context.Response.Headers.CacheControl = "no-cache";
        return Results.Content(Page, "text/html; charset=utf-8");
    });
}
