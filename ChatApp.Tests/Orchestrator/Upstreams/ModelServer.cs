using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ChatApp.Tests.Orchestrator.Upstreams;

/// <summary>
/// A real HTTP server on loopback that speaks the OpenAI protocol well or, request by request, as badly as a test says
/// (<see cref="Reply"/>); or as its messages say (<see cref="ScriptedModel"/>).
/// </summary>
public sealed class ModelServer : IAsyncDisposable
{
    private readonly ConcurrentQueue<Func<HttpContext, JsonElement, Task>> _next = new();
    private WebApplication? _app;
    private int _abandoned;
    private int _active;

    private ModelServer()
    {
    }

    public string Url { get; private set; } = "http://127.0.0.1:0";

    /// <summary>What every request gets that nothing else was said for.</summary>
    public Func<HttpContext, JsonElement, Task> Always { get; set; } = Reply.Answer("Hello", " world", "!");

    /// <summary>What <c>/tokenize</c> gets; null: what every request gets.</summary>
    public Func<HttpContext, JsonElement, Task>? Tokenize { get; init; }

    /// <summary>The text of <c>/v1/models</c>.</summary>
    public string Models { get; set; } = """{"object":"list","data":[{"id":"listed","max_model_len":4096,"tier":"fast"}]}""";

    /// <summary>The text of <c>/metrics</c>.</summary>
    public string Metrics { get; set; } = "";

    /// <summary>Bodies of the requests, in the order of their arrival, those to count tokens left out.</summary>
    public ConcurrentQueue<JsonElement> Requests { get; } = new();

    public ConcurrentQueue<(string Path, string? Authorization, string? ApiKey)> Heads { get; } = new();

    /// <summary>Requests whose client went away before the end.</summary>
    public int Abandoned => Volatile.Read(ref _abandoned);

    /// <summary>Requests being answered now.</summary>
    public int Active => Volatile.Read(ref _active);

    public static Task<ModelServer> StartAsync() => StartAsync(new ModelServer());

    /// <param name="always">What every request gets.</param>
    /// <param name="tokenize">What <c>/tokenize</c> gets.</param>
    /// <param name="models">The text of <c>/v1/models</c>.</param>
    public static Task<ModelServer> StartAsync(
        Func<HttpContext, JsonElement, Task> always, Func<HttpContext, JsonElement, Task> tokenize, string models) =>
        StartAsync(new ModelServer { Always = always, Tokenize = tokenize, Models = models });

    /// <summary>The next request gets this.</summary>
    public ModelServer Then(Func<HttpContext, JsonElement, Task> reply)
    {
        _next.Enqueue(reply);
        return this;
    }

    /// <summary>What a client sees when its process is killed: connections reset, new ones refused.</summary>
    public async Task StopAsync()
    {
        if (Interlocked.Exchange(ref _app, null) is not { } app)
            return;
        await app.StopAsync(new CancellationToken(canceled: true));
        await app.DisposeAsync();
    }

    /// <summary>Listens, at the same address as before if there was one.</summary>
    public async Task ListenAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls(Url);
        builder.Services.AddRouting();
        builder.Logging.ClearProviders();
        _app = builder.Build();
        _app.UseRouting();
        _app.MapGet("/metrics", context => context.Response.WriteAsync(Metrics));
        _app.MapGet("/v1/models", context => context.Response.WriteAsync(Models));
        _app.MapPost("/{**path}", ServeAsync);
        await _app.StartAsync();
        Url = _app.Urls.Single();
    }

    public async ValueTask DisposeAsync() => await StopAsync();

    private static async Task<ModelServer> StartAsync(ModelServer server)
    {
        await server.ListenAsync();
        return server;
    }

    private async Task ServeAsync(HttpContext context)
    {
        using var body = await JsonDocument.ParseAsync(context.Request.Body, default, context.RequestAborted);
        var request = body.RootElement.Clone();
        if (Tokenize is not null && context.Request.Path == "/tokenize")
        {
            await Tokenize(context, request);
            return;
        }

        Requests.Enqueue(request);
        Heads.Enqueue(($"{context.Request.Path}{context.Request.QueryString}",
            context.Request.Headers.Authorization.FirstOrDefault(), context.Request.Headers["api-key"].FirstOrDefault()));
        Interlocked.Increment(ref _active);
        try
        {
            await (_next.TryDequeue(out var reply) ? reply : Always)(context, request);
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException)
        {
            Interlocked.Increment(ref _abandoned);
        }
        finally
        {
            Interlocked.Decrement(ref _active);
        }
    }
}
