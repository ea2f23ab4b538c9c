using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ChatApp.Tests.Orchestrator.Graph;

/// <summary>Tools as an operator configures them: HTTP endpoints on loopback that remember each call.</summary>
public sealed class ToolServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private ToolServer(WebApplication app) => _app = app;

    public string Url => _app.Urls.Single();

    /// <summary>Tool, arguments and idempotency key of each call, in the order of their arrival.</summary>
    public ConcurrentQueue<(string Tool, string Arguments, string Key)> Calls { get; } = new();

    /// <summary>Calls of the tools <c>order</c> and <c>lookup</c> are answered once this is true.</summary>
    public bool IsOpen { get; set; } = true;

    public static async Task<ToolServer> StartAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Services.AddRouting();
        builder.Logging.ClearProviders();
        var server = new ToolServer(builder.Build());
        server._app.UseRouting();
        server._app.MapPost("/{tool}", server.CallAsync);
        await server._app.StartAsync();
        return server;
    }

    /// <summary>The settings that make them tools.</summary>
    public IEnumerable<KeyValuePair<string, string>> Settings()
    {
        const string Parameters = """{"type":"object","properties":{"id":{"type":"string"}},"required":["id"]}""";
        foreach (var (name, idempotent) in new[] { ("order", false), ("lookup", true), ("slow", true), ("broken", true), ("moved", true), ("chatty", true) })
        {
            yield return new($"Tools__Http__{name}__Url", $"{Url}/{name}");
            yield return new($"Tools__Http__{name}__Description", $"The tool {name}");
            yield return new($"Tools__Http__{name}__Parameters", Parameters);
            yield return new($"Tools__Http__{name}__Idempotent", idempotent ? "true" : "false");
        }

        yield return new("Tools__Http__slow__Timeout", "00:00:00.300");
        yield return new("Tools__Timeout", "00:00:20");
    }

    public int CountOf(string id) => Calls.Count(call => call.Arguments.Contains(id, StringComparison.Ordinal));

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync(new CancellationToken(canceled: true));
        await _app.DisposeAsync();
    }

    private async Task CallAsync(HttpContext context)
    {
        var tool = (string)context.Request.RouteValues["tool"]!;
        using var reader = new StreamReader(context.Request.Body);
        Calls.Enqueue((tool, await reader.ReadToEndAsync(context.RequestAborted), context.Request.Headers["Idempotency-Key"].ToString()));
        while (!IsOpen || tool == "slow")
            await Task.Delay(20, context.RequestAborted);
        if (tool == "moved")
        {
            // Elsewhere, with the arguments: where an endpoint sends a caller is not for it to say.
            context.Response.StatusCode = StatusCodes.Status307TemporaryRedirect;
            context.Response.Headers.Location = "/order";
            return;
        }

        if (tool == "broken")
            context.Response.StatusCode = StatusCodes.Status500InternalServerError;
        await context.Response.WriteAsync(tool == "chatty" ? new string('x', 50_000) : $"{tool} done", context.RequestAborted);
    }
}
