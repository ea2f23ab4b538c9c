using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using ChatApp.AppHost.Local;
using ChatApp.AppHost.Local.State;
using Npgsql;
using StackExchange.Redis;

namespace ChatApp.AppHost.Supervision;

/// <summary>
/// What can be known to be wrong before anything is started: Aspire would start the rest and show the failure in the
/// dashboard alone, or nowhere.
/// </summary>
internal static class Preflight
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    /// <summary>Checks ports, connection strings that were given, and the container engine where one is needed.</summary>
    /// <exception cref="DistributedApplicationException">Something is wrong; says what, and what to do.</exception>
    public static void CheckBeforeStart(this IDistributedApplicationBuilder builder, StateFolder? state)
    {
        if (!builder.ExecutionContext.IsRunMode)
            return;
        if (builder.Resources.Any(resource => resource is ContainerResource))
            CheckContainerEngine(builder.Configuration);
        if (builder.Configuration.GetConnectionString("chatdb") is { Length: > 0 } chatdb)
            Check("chatdb", () => OpenPostgres(chatdb));
        if (builder.Configuration.GetConnectionString("redis") is { Length: > 0 } redis)
            Check("redis", () => OpenRedis(redis));
        if (!builder.Configuration.GetValue<bool>("DcpPublisher:RandomizePorts"))
            CheckPorts(builder, state);
    }

    private static void CheckPorts(IDistributedApplicationBuilder builder, StateFolder? state)
    {
        var given = builder.Resources
            .SelectMany(resource => resource.Annotations.OfType<EndpointAnnotation>().Where(endpoint => endpoint.Port is not null).Select(endpoint => (endpoint.Port!.Value, resource.Name)))
            .Concat(Dashboard.Addresses(builder.Configuration).Select(address => (address.Port, "dashboard")));
        // The children of an AppHost that was killed are on their way out.
        var patience = state?.DiedWithoutStopping is null ? TimeSpan.Zero : s_patience;
        var started = Stopwatch.GetTimestamp();
        foreach (var (port, resource) in given)
        {
            while (!IsFree(port))
            {
                if (Stopwatch.GetElapsedTime(started) >= patience)
                {
                    var owner = PortOwner.Find(port) is { } found ? $" by {found}" : "";
                    throw new DistributedApplicationException($"Port {port} of '{resource}' is in use{owner}. End that process, or choose other ports: --Ports:Web=9080 --Ports:Api=9081 --Ports:Dashboard=9888.");
                }

                Thread.Sleep(TimeSpan.FromMilliseconds(100));
            }
        }
    }

    private static bool IsFree(int port) => CanListen(IPAddress.Loopback, port) && (!Socket.OSSupportsIPv6 || CanListen(IPAddress.IPv6Loopback, port));

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

    private static void Check(string name, Action open)
    {
        try
        {
            open();
        }
        catch (Exception exception) when (exception is NpgsqlException or RedisException or ArgumentException or SocketException or TimeoutException)
        {
            throw new DistributedApplicationException(
                $"ConnectionStrings:{name} does not lead to a server that lets us in: {exception.Message} Correct it, or leave it out to have one started here.", exception);
        }
    }

    private static void OpenPostgres(string connectionString)
    {
        using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false, Timeout = 10 }.ConnectionString);
        connection.Open();
    }

    private static void OpenRedis(string connectionString)
    {
        var options = ConfigurationOptions.Parse(connectionString);
        (options.AbortOnConnectFail, options.ConnectTimeout) = (true, 5000);
        using var connection = ConnectionMultiplexer.Connect(options);
    }

    private static void CheckContainerEngine(ConfigurationManager configuration)
    {
        string[] engines = configuration["ASPIRE_CONTAINER_RUNTIME"] is { Length: > 0 } named ? [named] : ["docker", "podman"];
        if (!engines.Any(Answers))
        {
            throw new DistributedApplicationException(
                $"Stores=Containers needs a container engine, and none of these runs here: {string.Join(", ", engines)}. Start one, or leave the option out: the stores then run as programs of this machine.");
        }
    }

    private static bool Answers(string engine)
    {
        try
        {
            return ProgramSearch.Find(engine) is { } program && ProgramRun.Run(s_patience, program, "info").ExitCode == 0;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}
