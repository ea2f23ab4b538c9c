using System.Collections.Concurrent;
using System.Text;
using ChatApp.Tests.Graph.Otlp;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ChatApp.Tests.Graph;

/// <summary>A collector of OpenTelemetry's protocol over HTTP on loopback; keeps the bytes as they came.</summary>
public sealed class OtlpCollector : IAsyncDisposable
{
    private readonly WebApplication _server;
    private readonly ConcurrentQueue<byte[]> _traces = new();
    private readonly ConcurrentQueue<byte[]> _all = new();

    private OtlpCollector(WebApplication server) => _server = server;

    public string Url => _server.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();

    public static async Task<OtlpCollector> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var collector = new OtlpCollector(builder.Build());
        collector._server.MapPost("/v1/{signal}", collector.TakeAsync);
        await collector._server.StartAsync();
        return collector;
    }

    /// <summary>The spans until now, each with the service that made it.</summary>
    internal List<(string Service, Span Span)> Spans() =>
        [.. _traces.Select(TraceExport.Parser.ParseFrom).SelectMany(export => export.ResourceSpans).SelectMany(resource => resource.ScopeSpans
            .SelectMany(scope => scope.Spans)
            .Select(span => (resource.Resource.Attributes.FirstOrDefault(attribute => attribute.Key == "service.name")?.Value.StringValue ?? "", span)))];

    /// <summary>Whether a text stands anywhere in what was sent: traces, metrics or logs.</summary>
    public bool Holds(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        return _all.Any(sent => sent.AsSpan().IndexOf(bytes) >= 0);
    }

    public async ValueTask DisposeAsync() => await _server.DisposeAsync();

    private async Task<IResult> TakeAsync(string signal, HttpRequest request)
    {
        using var body = new MemoryStream();
        await request.Body.CopyToAsync(body);
        _all.Enqueue(body.ToArray());
        if (signal == "traces")
            _traces.Enqueue(body.ToArray());
        // An empty answer: all was taken.
        return Results.Bytes([], "application/x-protobuf");
    }
}
