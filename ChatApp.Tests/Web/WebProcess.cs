using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace ChatApp.Tests.Web;

/// <summary>The built web project as a process of its own, against an Api at a given address.</summary>
internal sealed class WebProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly ConcurrentQueue<string> _output = new();

    private WebProcess(Process process, string address)
    {
        (_process, Address) = (process, address);
        process.OutputDataReceived += (_, line) => _output.Enqueue(line.Data ?? "");
        process.ErrorDataReceived += (_, line) => _output.Enqueue(line.Data ?? "");
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public string Address { get; }

    public string Output => string.Join('\n', _output);

    public static async Task<WebProcess> StartAsync(string apiAddress, int port = 0, string? database = null, string? pathBase = null)
    {
        var build = new DirectoryInfo(AppContext.BaseDirectory);
        var project = Checkout.PathTo("ChatApp.Web");
        var assembly = Path.Combine(project, "bin", build.Parent!.Name, build.Name, "ChatApp.Web.dll");

        var address = $"http://127.0.0.1:{(port == 0 ? FreePort.Next() : port)}";
        var start = new ProcessStartInfo("dotnet", [assembly, "--urls", address])
        {
            WorkingDirectory = project,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["ASPNETCORE_ENVIRONMENT"] = "Development";
        start.Environment["services__api__http__0"] = apiAddress;
        if (pathBase is not null)
            start.Environment["Web__PathBase"] = pathBase;
        if (database is not null)
            start.Environment["ConnectionStrings__chatdb"] = database;
        start.Environment["Logging__LogLevel__Microsoft.AspNetCore"] = "Warning";
        start.Environment["Logging__LogLevel__System.Net.Http"] = "Warning";
        start.Environment["Logging__LogLevel__Polly"] = "Error";

        var web = new WebProcess(Process.Start(start)!, address);
        using var client = new HttpClient();
        for (var deadline = DateTime.UtcNow.AddSeconds(60); DateTime.UtcNow < deadline && !web._process.HasExited;)
        {
            try
            {
                if ((await client.GetAsync(new Uri($"{address}/alive"))).IsSuccessStatusCode)
                    return web;
            }
            catch (HttpRequestException)
            {
                await Task.Delay(50);
            }
        }

        var output = web.Output;
        await web.DisposeAsync();
        throw new InvalidOperationException($"The web process did not start:\n{output}");
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}
