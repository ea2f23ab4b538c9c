using System.Net;
using Microsoft.AspNetCore.Http;

namespace ChatApp.ServiceDefaults;

/// <summary>Requests of a browser or a program on the machine itself.</summary>
public static class ThisMachine
{
    /// <summary>
    /// Whether a request comes from this machine and asked for this machine. The second matters: a page from elsewhere whose name
    /// is made to resolve to 127.0.0.1 comes from here too, and so does everybody behind a proxy on the same machine.
    /// </summary>
    public static bool IsFromThisMachine(this HttpContext context) =>
        context.Connection.RemoteIpAddress is { } address && IPAddress.IsLoopback(address) && IsName(context.Request.Host.Host);

    private static bool IsName(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address));
}
