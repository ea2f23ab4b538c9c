using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace ChatApp.ServiceDefaults;

/// <summary>Requests of a browser or a program on the machine itself.</summary>
public static class ThisMachine
{
    // What proxies add: whoever is behind one is not this machine, wherever the proxy runs.
    private static readonly string[] s_proxyHeaders =
        ["Forwarded", "Via", "X-Real-IP", "X-Client-IP", "X-Cluster-Client-IP", "True-Client-IP", "CF-Connecting-IP", "Fastly-Client-IP"];

    private static readonly StringSegment[] s_names = ["localhost", "*.localhost"];

    /// <summary>Names that lead to this machine and cannot be made to lead elsewhere.</summary>
    internal static IReadOnlyList<StringSegment> Names => s_names;

    /// <summary>
    /// Whether a request comes from this machine, asked for this machine and came by no proxy. The second matters: a page from
    /// elsewhere whose name is made to resolve to 127.0.0.1 comes from here too, and so does everybody behind a proxy on the same machine.
    /// </summary>
    public static bool IsFromThisMachine(this HttpContext context) =>
        context.Connection.RemoteIpAddress is { } address && IPAddress.IsLoopback(address)
        && IsName(context.Request.Host.Host)
        && !context.Request.Headers.Keys.Any(IsOfProxy);

    private static bool IsName(string host) =>
        HostString.MatchesAny(host, s_names) || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address));

    private static bool IsOfProxy(string header) =>
        header.StartsWith("X-Forwarded", StringComparison.OrdinalIgnoreCase)
        || header.StartsWith("X-Original-", StringComparison.OrdinalIgnoreCase)
        || s_proxyHeaders.Contains(header, StringComparer.OrdinalIgnoreCase);
}
