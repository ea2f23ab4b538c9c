using System.Net;
using System.Net.Sockets;

namespace ChatApp.Hosting.Proxying;

/// <summary>
/// One address for several processes. It moves bytes and knows no protocol, so it suits HTTP/2 without TLS and streams that
/// last for hours. A connection goes to the next live process in turn and stays there.
/// </summary>
internal sealed class TcpProxy : IAsyncDisposable
{
    private const int BufferSize = 32 * 1024;
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan NobodyTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan NobodyPause = TimeSpan.FromMilliseconds(50);

    private readonly List<TcpListener> _listeners = [];
    private readonly Func<IReadOnlyList<int>> _live;
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Task> _accepting = [];
    private int _next = -1;

    /// <param name="port">The port to listen on, on this machine's own addresses.</param>
    /// <param name="live">The ports of the processes that can serve now.</param>
    /// <exception cref="SocketException">The port is in use.</exception>
    public TcpProxy(int port, Func<IReadOnlyList<int>> live)
    {
        _live = live;
        Listen(new IPEndPoint(IPAddress.Loopback, port));
        try
        {
            if (Socket.OSSupportsIPv6)
                Listen(new IPEndPoint(IPAddress.IPv6Loopback, port));
        }
        catch (SocketException exception) when (exception.SocketErrorCode is SocketError.AddressNotAvailable)
        {
            // IPv6 is compiled in but has no address here.
        }
        catch
        {
            _listeners.ForEach(listener => listener.Dispose());
            throw;
        }

        _accepting.AddRange(_listeners.Select(AcceptAsync));
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listeners.ForEach(listener => listener.Dispose());
        await Task.WhenAll(_accepting);
        _stop.Dispose();
    }

    private void Listen(IPEndPoint address)
    {
        var listener = new TcpListener(address);
        listener.Start();
        _listeners.Add(listener);
    }

    private async Task AcceptAsync(TcpListener listener)
    {
        List<Task> connections = [];
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                var client = await listener.AcceptSocketAsync(_stop.Token);
                connections.RemoveAll(connection => connection.IsCompleted);
                connections.Add(ServeAsync(client));
            }
            catch (SocketException) when (!_stop.IsCancellationRequested)
            {
                // The client went away before it was accepted.
            }
            catch (Exception exception) when (exception is OperationCanceledException or ObjectDisposedException or SocketException)
            {
                break;
            }
        }

        await Task.WhenAll(connections);
    }

    private async Task ServeAsync(Socket client)
    {
        using (client)
        {
            try
            {
                client.NoDelay = true;
                using var server = await ConnectAsync(_stop.Token);
                if (server is null)
                    return;
                using var broken = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
                await Task.WhenAll(PumpAsync(client, server, broken), PumpAsync(server, client, broken));
            }
            catch (Exception exception) when (exception is SocketException or OperationCanceledException or ObjectDisposedException)
            {
                // Closing both sides is all that either needs to know.
            }
        }
    }

    /// <summary>Connects to the next process that answers; waits a little where none lives, as during a restart.</summary>
    private async Task<Socket?> ConnectAsync(CancellationToken cancellationToken)
    {
        var started = TimeProvider.System.GetTimestamp();
        do
        {
            var ports = _live();
            for (var i = 0; i < ports.Count; i++)
            {
                var port = ports[(int)((uint)Interlocked.Increment(ref _next) % (uint)ports.Count)];
                if (await TryConnectAsync(port, cancellationToken) is { } server)
                    return server;
            }

            await Task.Delay(NobodyPause, cancellationToken);
        }
        while (TimeProvider.System.GetElapsedTime(started) < NobodyTimeout);

        return null;
    }

    private static async Task<Socket?> TryConnectAsync(int port, CancellationToken cancellationToken)
    {
        var server = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(ConnectTimeout);
        try
        {
            await server.ConnectAsync(IPAddress.Loopback, port, timeout.Token);
            return server;
        }
        catch (Exception exception) when (exception is SocketException or OperationCanceledException)
        {
            server.Dispose();
            cancellationToken.ThrowIfCancellationRequested();
            return null;
        }
    }

    /// <summary>Moves bytes one way until that side ends, and passes the end on; a broken side breaks both ways.</summary>
    private static async Task PumpAsync(Socket from, Socket to, CancellationTokenSource broken)
    {
        var buffer = System.Buffers.ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            int count;
            while ((count = await from.ReceiveAsync(buffer, broken.Token)) > 0)
            {
                for (var sent = 0; sent < count;)
                    sent += await to.SendAsync(buffer.AsMemory(sent, count - sent), broken.Token);
            }

            to.Shutdown(SocketShutdown.Send);
        }
        catch (Exception exception) when (exception is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            await broken.CancelAsync();
        }
        finally
        {
            System.Buffers.ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
