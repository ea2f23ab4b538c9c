using System.Net;
using System.Net.Sockets;
using System.Text;
using ChatApp.Hosting.Proxying;
using static ChatApp.Tests.Hosting.TestGraph;

namespace ChatApp.Tests.Hosting;

[Parallelizable(ParallelScope.All)]
public sealed class TcpProxyTests
{
    [Test]
    public async Task Connections_go_to_the_live_processes_in_turn()
    {
        using var a = new NamedServer("a");
        using var b = new NamedServer("b");
        var port = FreePorts.Take();
        await using var proxy = new TcpProxy(port, () => [a.Port, b.Port]);

        List<string> answers = [];
        for (var i = 0; i < 6; i++)
            answers.Add(await AskAsync(port));

        answers.Count(answer => answer == "a").ShouldBe(3);
        answers.Count(answer => answer == "b").ShouldBe(3);
    }

    [Test]
    public async Task A_process_that_died_unnoticed_is_skipped()
    {
        var dead = new NamedServer("dead");
        dead.Dispose();
        using var living = new NamedServer("living");
        var port = FreePorts.Take();
        await using var proxy = new TcpProxy(port, () => [dead.Port, living.Port]);

        for (var i = 0; i < 4; i++)
            (await AskAsync(port)).ShouldBe("living");
    }

    [Test]
    public async Task A_connection_waits_through_a_restart()
    {
        var port = FreePorts.Take();
        IReadOnlyList<int> live = [];
        await using var proxy = new TcpProxy(port, () => live);
        var answer = AskAsync(port);
        using var server = new NamedServer("back");

        live = [server.Port];

        (await answer).ShouldBe("back");
    }

    [Test]
    public async Task The_end_of_one_direction_leaves_the_other_open()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = FreePorts.Take();
        await using var proxy = new TcpProxy(port, () => [((IPEndPoint)listener.LocalEndpoint).Port]);
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, port, Soon);
        using var server = await listener.AcceptTcpClientAsync(Soon);
        var stream = client.GetStream();
        await stream.WriteAsync("question"u8.ToArray(), Soon);

        client.Client.Shutdown(SocketShutdown.Send);
        var question = await new StreamReader(server.GetStream()).ReadToEndAsync(Soon);
        await server.GetStream().WriteAsync(Encoding.ASCII.GetBytes(question + "?"), Soon);
        server.Close();

        (await new StreamReader(stream).ReadToEndAsync(Soon)).ShouldBe("question?");
    }

    [Test]
    public async Task A_process_that_dies_mid_stream_ends_the_connection()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = FreePorts.Take();
        await using var proxy = new TcpProxy(port, () => [((IPEndPoint)listener.LocalEndpoint).Port]);
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, port, Soon);
        var server = await listener.AcceptTcpClientAsync(Soon);

        var buffer = new byte[1];
        await server.GetStream().WriteAsync(buffer, Soon);
        await client.GetStream().ReadExactlyAsync(buffer, Soon);

        server.Client.Close(0);

        var count = 0;
        try
        {
            count = await client.GetStream().ReadAsync(buffer, Soon);
        }
        catch (IOException)
        {
            // A reset ends it as well.
        }

        count.ShouldBe(0);
    }

    private static async Task<string> AskAsync(int port)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, port, Soon);
        return await new StreamReader(client.GetStream()).ReadToEndAsync(Soon);
    }

    /// <summary>Tells its name to whoever connects.</summary>
    private sealed class NamedServer : IDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

        public NamedServer(string name)
        {
            _listener.Start();
            Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
            _ = ServeAsync(name);
        }

        public int Port { get; }

        public void Dispose() => _listener.Dispose();

        private async Task ServeAsync(string name)
        {
            try
            {
                while (true)
                {
                    using var client = await _listener.AcceptTcpClientAsync();
                    await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(name));
                }
            }
            catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
            {
                // Disposed of.
            }
        }
    }
}
