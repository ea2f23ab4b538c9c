using System.Net;
using System.Net.Sockets;

namespace ChatApp.Hosting.Proxying;

/// <summary>
/// Ports for endpoints that name none. They come from below the range that the system takes for outgoing connections, so
/// that none of those sits on a port between its choice here and the start of the process that will listen on it.
/// </summary>
internal static class FreePorts
{
    private const int First = 15000;
    private const int Last = 32000;
    private const int Attempts = 1000;

    private static readonly Lock Gate = new();
    private static readonly HashSet<int> Taken = [];

    public static int Take()
    {
        lock (Gate)
        {
            for (var i = 0; i < Attempts; i++)
            {
                var port = Random.Shared.Next(First, Last);
                if (!Taken.Contains(port) && IsFree(port))
                {
                    Taken.Add(port);
                    return port;
                }
            }
        }

        throw new DistributedApplicationException($"No free TCP port was found between {First} and {Last}.");
    }

    public static void Return(int port)
    {
        lock (Gate)
            Taken.Remove(port);
    }

    /// <summary>Whether nobody listens on a port of this machine's own addresses.</summary>
    public static bool IsFree(int port) =>
        CanListen(IPAddress.Loopback, port) && (!Socket.OSSupportsIPv6 || CanListen(IPAddress.IPv6Loopback, port));

    private static bool CanListen(IPAddress address, int port)
    {
        using var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(address, port));
            socket.Listen(1);
            return true;
        }
        catch (SocketException exception)
        {
            // A machine without IPv6 addresses has nobody on them.
            return exception.SocketErrorCode is SocketError.AddressNotAvailable or SocketError.AddressFamilyNotSupported;
        }
    }
}
