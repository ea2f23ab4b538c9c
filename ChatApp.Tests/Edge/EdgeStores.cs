using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Garnet;
using Npgsql;

namespace ChatApp.Tests.Edge;

/// <summary>A PostgreSQL server of these tests' own, started once; each fixture takes a database of its own from it.</summary>
[SetUpFixture]
public sealed class EdgeStores
{
    private static string s_directory = "";
    private static string s_binaries = "";
    private static string s_server = "";
    private static int s_databases;
    private static GarnetServer? s_redis;

    [OneTimeSetUp]
    public async Task Start()
    {
        s_binaries = Directory.GetDirectories("/usr/lib/postgresql").Order().Select(path => Path.Combine(path, "bin")).LastOrDefault(Directory.Exists)
            ?? throw new InvalidOperationException("PostgreSQL's server programs are not in /usr/lib/postgresql/*/bin; install the package postgresql.");
        s_directory = Directory.CreateTempSubdirectory("chatapp-edge-").FullName;
        if (Environment.IsPrivilegedProcess)
            await RunAsync("chown", "postgres", s_directory);
        var data = Path.Combine(s_directory, "data");
        await RunServerProgramAsync("initdb", "-D", data, "-U", "postgres", "--auth=trust", "--no-sync", "-E", "UTF8", "--locale=C");
        var port = FreePort();
        await RunServerProgramAsync("pg_ctl", "-D", data, "-w", "-t", "60", "-l", Path.Combine(s_directory, "log"),
            "-o", $"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c fsync=off -c max_connections=200", "start");
        Redis = Environment.GetEnvironmentVariable("CHATAPP_TEST_REDIS") ?? StartGarnet();
        s_server = $"Host=127.0.0.1;Port={port};Username=postgres;Maximum Pool Size=30";
    }

    /// <summary>Redis for all fixtures: keys hold user ids, which no two fixtures share.</summary>
    /// <remarks>Garnet, or the server that CHATAPP_TEST_REDIS names: the scripts must run on both.</remarks>
    public static string Redis { get; private set; } = "";

    [OneTimeTearDown]
    public async Task Stop()
    {
        s_redis?.Dispose();
        NpgsqlConnection.ClearAllPools();
        await RunServerProgramAsync("pg_ctl", "-D", Path.Combine(s_directory, "data"), "-m", "immediate", "stop");
        Directory.Delete(s_directory, recursive: true);
    }

    private static string StartGarnet()
    {
        var port = FreePort();
        s_redis = new GarnetServer(["--bind", "127.0.0.1", "--port", $"{port}", "--memory", "64m", "--page", "4m", "--index", "8m", "--lua", "--lua-transaction-mode", "-q"]);
        s_redis.Start();
        return $"127.0.0.1:{port}";
    }

    /// <returns>The connection string of a new, empty database.</returns>
    public static async Task<string> NewDatabaseAsync()
    {
        var name = $"edge{Interlocked.Increment(ref s_databases)}";
        await using var connection = new NpgsqlConnection(s_server + ";Database=postgres");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand($"CREATE DATABASE {name}", connection);
        await command.ExecuteNonQueryAsync();
        return $"{s_server};Database={name}";
    }

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static Task RunServerProgramAsync(string program, params string[] arguments)
    {
        var path = Path.Combine(s_binaries, program);
        return Environment.IsPrivilegedProcess
            ? RunAsync("setpriv", ["--reuid=postgres", "--regid=postgres", "--clear-groups", path, .. arguments])
            : RunAsync(path, arguments);
    }

    private static async Task RunAsync(string program, params string[] arguments)
    {
        // Output is not captured: the server would inherit the pipe and keep it open.
        var start = new ProcessStartInfo(program) { WorkingDirectory = "/", RedirectStandardInput = true };
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}.");
    }
}
