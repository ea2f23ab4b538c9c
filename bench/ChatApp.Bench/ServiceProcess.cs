using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using ChatApp.Inference.Engine;
using ChatApp.Inference.Engine.Requests;

namespace ChatApp.Bench;

/// <summary>The inference service as operators run it: a process of its own.</summary>
internal sealed class ServiceProcess : IAsyncDisposable
{
    private readonly Process _process;
    private bool _isDisposed;

    private ServiceProcess(Process process, Uri address)
    {
        _process = process;
        Address = address;
    }

    public Uri Address { get; }

    public static async Task<ServiceProcess> Start(EngineOptions options, int port, CancellationToken cancellationToken)
    {
        var address = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{(port > 0 ? port : FreePort())}"));
        var assembly = typeof(InferenceEngine).Assembly.Location;
        var start = new ProcessStartInfo("dotnet", [assembly]) { WorkingDirectory = Path.GetDirectoryName(assembly), RedirectStandardOutput = true };
        start.Environment["ASPNETCORE_URLS"] = address.ToString();
        start.Environment["Logging__LogLevel__Default"] = "None";
        var model = "Inference__Models__0__";
        start.Environment[model + "Id"] = options.Id;
        start.Environment[model + "Path"] = Path.GetFullPath(options.ModelPath);
        foreach (var (name, value) in new (string, object)[]
        {
            (nameof(options.MaxSequences), options.MaxSequences), (nameof(options.IntraOpThreads), options.IntraOpThreads), (nameof(options.ContextLength), options.ContextLength),
            (nameof(options.KvCacheBytes), options.KvCacheBytes), (nameof(options.PrefixCacheBytes), options.PrefixCacheBytes), (nameof(options.DraftTokens), options.DraftTokens),
        })
        {
            start.Environment[model + name] = Convert.ToString(value, CultureInfo.InvariantCulture);
        }

        var process = Process.Start(start) ?? throw new InvalidOperationException("The service did not start.");
        process.OutputDataReceived += (_, line) => Console.Error.WriteLine(line.Data);
        process.BeginOutputReadLine();
        var service = new ServiceProcess(process, address);
        await service.Ready(cancellationToken);
        return service;
    }

    public async ValueTask DisposeAsync()
    {
        if (_isDisposed)
            return;
        _isDisposed = true;
        if (!_process.HasExited)
            _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private async Task Ready(CancellationToken cancellationToken)
    {
        using var http = new HttpClient { BaseAddress = Address };
        for (var i = 0; i < 600; i++)
        {
            if (_process.HasExited)
                throw new InvalidOperationException($"The service ended with code {_process.ExitCode}.");
            try
            {
                using var response = await http.GetAsync("health", cancellationToken);
                if (response.IsSuccessStatusCode)
                    return;
            }
            catch (HttpRequestException)
            {
                // Not listening yet.
            }

            await Task.Delay(100, cancellationToken);
        }

        throw new TimeoutException("The service was not ready within a minute.");
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
