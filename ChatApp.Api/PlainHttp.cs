using System.Net;
using ChatApp.Api.Abuse;
using ChatApp.Api.Errors;
using ChatApp.Api.Settings;
using ChatApp.Contracts.OpenAI;
using ChatApp.ServiceDefaults;

namespace ChatApp.Api;

/// <summary>
/// Keeps credentials off plain HTTP: outside Development a request that came neither encrypted, nor from this machine, nor
/// through a known proxy is refused. A redirect would come too late; the credential has travelled by then.
/// </summary>
internal sealed class PlainHttp(EdgeOptions options, IHostEnvironment environment)
{
    private static readonly object PeerKey = new();

    private readonly bool _required = options.RequireHttps ?? !environment.IsDevelopment();
    private readonly IPNetwork[] _inside = [.. options.KnownProxies.Select(Proxies.Parse)];

    public static Task RememberAsync(HttpContext context, RequestDelegate next)
    {
        context.Items[PeerKey] = context.Connection.RemoteIpAddress;
        return next(context);
    }

    public Task RefuseAsync(HttpContext context, RequestDelegate next)
    {
        if (!_required || context.Request.IsHttps || IsInside(context) || context.Request.Path.Value is "/health" or "/alive" or "/metrics")
            return next(context);
        throw OpenAIException.Forbidden("Use HTTPS: over plain HTTP credentials could be read on their way.", "https_required");
    }

    private bool IsInside(HttpContext context)
    {
        var peer = context.Items[PeerKey] as IPAddress;
        // A proxy that says the client came by plain HTTP is believed.
        if (context.Request.Headers.ContainsKey("X-Original-Proto"))
            return context.Connection.RemoteIpAddress is { } client && IPAddress.IsLoopback(client);
        return peer is null || IPAddress.IsLoopback(peer) || ClientAddress.IsIn(peer, _inside);
    }
}
