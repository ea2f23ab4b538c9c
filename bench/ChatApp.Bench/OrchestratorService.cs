using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;
using ChatApp.Contracts.Identity;
using ChatApp.Orchestrator.Gateway;
using Grpc.Core;
using Grpc.Net.Client;

namespace ChatApp.Bench;

/// <summary>An orchestrator in a process of its own, on a real PostgreSQL and Garnet.</summary>
internal sealed class OrchestratorService : IAsyncDisposable
{
    private const string Key = "bench-only-key-of-32-bytes-or-more";
    private static readonly CallerIdentitySigner Signer = new(Key, TimeProvider.System);

    private readonly DistributedApplication _stores;
    private readonly Process _process;

    private OrchestratorService(DistributedApplication stores, Process process, Uri address)
    {
        _stores = stores;
        _process = process;
        Channel = GrpcChannel.ForAddress(address);
    }

    public GrpcChannel Channel { get; }

    public static Metadata As(string user) => new() { { CallerIdentity.HeaderName, Signer.Sign(user, "user", "free", TimeSpan.FromMinutes(30)) } };

    public static async Task<OrchestratorService> StartAsync(Uri inference)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        var state = Path.Combine(Path.GetTempPath(), $"chatapp-bench-{Environment.ProcessId}");
        var builder = await DistributedApplicationTestingBuilder.CreateAsync<Projects.ChatApp_AppHost>([$"--State={state}"], patience.Token);
        foreach (var service in builder.Resources.OfType<ProjectResource>().ToList())
            builder.Resources.Remove(service);
        var stores = await builder.BuildAsync(patience.Token);
        await stores.StartAsync(patience.Token);
        await stores.ResourceNotifications.WaitForResourceHealthyAsync("chatdb", patience.Token);
        await stores.ResourceNotifications.WaitForResourceHealthyAsync("redis", patience.Token);

        var address = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{FreePort()}"));
        var assembly = typeof(ModelGateway).Assembly.Location;
        var start = new ProcessStartInfo("dotnet", [assembly]) { WorkingDirectory = Path.GetDirectoryName(assembly), RedirectStandardOutput = true };
        start.Environment["ASPNETCORE_URLS"] = address.ToString();
        start.Environment["Internal__IdentityKey"] = Key;
        start.Environment["ConnectionStrings__chatdb"] = await stores.GetConnectionStringAsync("chatdb", patience.Token);
        start.Environment["ConnectionStrings__redis"] = await stores.GetConnectionStringAsync("redis", patience.Token);
        start.Environment["Gateway__Upstreams__bench__BaseUrl"] = inference.ToString();
        start.Environment["Gateway__Upstreams__bench__Kind"] = "ChatApp";
        start.Environment["Gateway__Upstreams__bench__Discover"] = "true";
        start.Environment["Conversations__Titles"] = "false";
        start.Environment["Logging__LogLevel__Default"] = "Warning";
        var process = Process.Start(start) ?? throw new InvalidOperationException("The orchestrator did not start.");
        process.OutputDataReceived += (_, line) => Console.Error.WriteLine(line.Data);
        process.BeginOutputReadLine();
        await ReadyAsync(process, address, patience.Token);
        return new OrchestratorService(stores, process, address);
    }

    public async ValueTask DisposeAsync()
    {
        Channel.Dispose();
        if (!_process.HasExited)
            _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        await _stores.DisposeAsync();
    }

    private static async Task ReadyAsync(Process process, Uri address, CancellationToken cancellationToken)
    {
        using var http = new HttpClient { DefaultRequestVersion = HttpVersion.Version20, DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact };
        while (!process.HasExited)
        {
            try
            {
                using var response = await http.GetAsync(new Uri(address, "health"), cancellationToken);
                if (response.IsSuccessStatusCode)
                    return;
            }
            catch (HttpRequestException)
            {
                // Not listening yet.
            }

            await Task.Delay(100, cancellationToken);
        }

        throw new InvalidOperationException($"The orchestrator ended with code {process.ExitCode}.");
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
