using System.Net;
using System.Net.Sockets;

namespace ChatApp.Tests;

/// <summary>Ports for processes that cannot choose one by themselves and tell which.</summary>
internal static class FreePort
{
    /// <summary>A port that nobody listens on at this moment.</summary>
    public static int Next()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
