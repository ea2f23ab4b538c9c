using System.Globalization;
using System.Reflection;
using System.Text.Encodings.Web;
using System.Text.Json;
using ChatApp.Hosting.Running;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace ChatApp.Hosting.Dashboard;

/// <summary>What the dashboard answers.</summary>
internal static class DashboardEndpoints
{
    private const int ShownLines = 500;
    private static readonly TimeSpan Refresh = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Settle = TimeSpan.FromMilliseconds(100);

    // Event data is no HTML: escaping its angle brackets would only make it longer.
    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly Dictionary<string, string> MediaTypes = new()
    {
        ["dashboard.css"] = "text/css; charset=utf-8",
        ["dashboard.js"] = "text/javascript; charset=utf-8",
        ["dashboard.svg"] = "image/svg+xml",
    };

    public static void MapDashboard(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/", (ResourceViews views, HostingOptions options) => Html(DashboardPages.List(views.All(), options.State.Path)));
        routes.MapGet("/resources/stream", StreamListAsync);
        routes.MapGet("/resources/{id}", ShowAsync);
        routes.MapGet("/resources/{id}/stream", StreamFactsAsync);
        routes.MapGet("/resources/{id}/log", StreamLogAsync);
        routes.MapGet("/resources/{id}/log.txt", LogText);
        routes.MapPost("/resources/{id}/start", (string id, HttpContext context, ResourceCommandService commands) => CommandAsync(id, KnownResourceCommands.StartCommand, context, commands));
        routes.MapPost("/resources/{id}/stop", (string id, HttpContext context, ResourceCommandService commands) => CommandAsync(id, KnownResourceCommands.StopCommand, context, commands));
        routes.MapPost("/resources/{id}/restart", (string id, HttpContext context, ResourceCommandService commands) => CommandAsync(id, KnownResourceCommands.RestartCommand, context, commands));
        routes.MapGet("/assets/{name}", Asset);
    }

    private static IResult Html(string page, int status = StatusCodes.Status200OK) => Results.Content(page, "text/html; charset=utf-8", statusCode: status);

    private static IResult Asset(string name)
    {
        if (!MediaTypes.TryGetValue(name, out var type))
            return Results.NotFound();
        var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream($"wwwroot/{name}");
        return stream is null ? Results.NotFound() : Results.Stream(stream, type);
    }

    private static IResult ShowAsync(string id, ResourceViews views, ResourceLoggerService logs) =>
        views.Find(id) is { } view
            ? Html(DashboardPages.Detail(view, logs.Log(view.Id).Tail(ShownLines)))
            : Html(DashboardPages.Missing(id), StatusCodes.Status404NotFound);

    private static IResult LogText(string id, ResourceViews views, ResourceLoggerService logs) =>
        views.Find(id) is { } view
            ? Results.Text(string.Join('\n', logs.Log(view.Id).Tail(int.MaxValue).Select(line => line.Content)) + "\n", "text/plain; charset=utf-8")
            : Results.NotFound();

    private static async Task<IResult> CommandAsync(string id, string command, HttpContext context, ResourceCommandService commands)
    {
        // A stop goes on when the browser does not wait for it.
        var result = await commands.ExecuteCommandAsync(id, command, CancellationToken.None);
        if (!result.Success)
            return Results.Text(result.ErrorMessage, statusCode: StatusCodes.Status409Conflict);
        if (context.Request.Headers.Accept.ToString().Contains("text/html", StringComparison.Ordinal))
            return Results.Redirect("/");
        return Results.NoContent();
    }

    /// <summary>The rows of the list that changed, as JSON of id to HTML.</summary>
    private static Task StreamListAsync(HttpContext context, ResourceViews views, ResourceNotificationService notifications, IHostApplicationLifetime lifetime)
    {
        Dictionary<string, string> sent = [];
        return StreamAsync(context, notifications, lifetime, () =>
        {
            Dictionary<string, string> changed = [];
            foreach (var view in views.All())
            {
                var row = DashboardPages.Row(view);
                if (sent.GetValueOrDefault(view.Id) != row)
                    changed[view.Id] = sent[view.Id] = row;
            }

            return changed.Count > 0 ? JsonSerializer.Serialize(changed, Plain) : null;
        });
    }

    private static Task StreamFactsAsync(string id, HttpContext context, ResourceViews views, ResourceNotificationService notifications, IHostApplicationLifetime lifetime)
    {
        var sent = "";
        return StreamAsync(context, notifications, lifetime, () =>
        {
            var facts = views.Find(id) is { } view ? DashboardPages.Facts(view) : "";
            if (facts == sent)
                return null;
            sent = facts;
            return JsonSerializer.Serialize(facts, Plain);
        });
    }

    /// <summary>Renders at once, after each change and every two seconds, and sends what differs.</summary>
    private static async Task StreamAsync(HttpContext context, ResourceNotificationService notifications, IHostApplicationLifetime lifetime, Func<string?> render)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, lifetime.ApplicationStopping);
        context.Response.ContentType = "text/event-stream";
        try
        {
            await using var changes = notifications.WatchAsync(stop.Token).GetAsyncEnumerator(stop.Token);
            var change = changes.MoveNextAsync().AsTask();
            while (!stop.IsCancellationRequested)
            {
                await context.Response.WriteAsync(render() is { } data ? $"data: {data}\n\n" : ": still here\n\n", stop.Token);
                await context.Response.Body.FlushAsync(stop.Token);
                await Task.WhenAny(change, Task.Delay(Refresh, stop.Token));
                // Changes come in bursts.
                await Task.Delay(Settle, stop.Token);
                while (change.IsCompletedSuccessfully)
                    change = changes.MoveNextAsync().AsTask();
            }
        }
        catch (OperationCanceledException)
        {
            // The page was closed, or the AppHost stops.
        }
    }

    /// <summary>Console lines as JSON arrays of [number, text, is an error]; <c>after</c> or Last-Event-ID says where to go on.</summary>
    private static async Task StreamLogAsync(string id, int? after, HttpContext context, ResourceViews views, ResourceLoggerService logs, IHostApplicationLifetime lifetime)
    {
        if (views.Find(id) is not { } view)
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        var last = int.TryParse(context.Request.Headers["Last-Event-ID"], NumberStyles.None, CultureInfo.InvariantCulture, out var seen) ? seen : after ?? 0;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, lifetime.ApplicationStopping);
        context.Response.ContentType = "text/event-stream";
        try
        {
            await context.Response.WriteAsync(": console\n\n", stop.Token);
            await context.Response.Body.FlushAsync(stop.Token);
            await foreach (var lines in logs.Log(view.Id).WatchAsync(stop.Token))
            {
                object[][] fresh = [.. lines.Where(line => line.LineNumber > last).Select(line => new object[] { line.LineNumber, line.Content, line.IsErrorMessage })];
                if (fresh.Length == 0)
                    continue;
                last = lines[^1].LineNumber;
                await context.Response.WriteAsync(string.Create(CultureInfo.InvariantCulture, $"id: {last}\ndata: {JsonSerializer.Serialize(fresh, Plain)}\n\n"), stop.Token);
                await context.Response.Body.FlushAsync(stop.Token);
            }
        }
        catch (OperationCanceledException)
        {
            // The page was closed, or the AppHost stops.
        }
    }
}
