using ChatApp.Api.Gate;

namespace ChatApp.Api;

internal static class EdgePipeline
{
    /// <summary>What every request passes, in this order, before its endpoint.</summary>
    public static void UseEdge(this WebApplication app)
    {
        app.UseExceptionHandler();
        app.UseStatusCodePages(EdgeErrors.WriteStatusPageAsync);
        app.UseRouting();
        app.UseAuthentication();
        app.UseMiddleware<RouteGate>();
    }
}
