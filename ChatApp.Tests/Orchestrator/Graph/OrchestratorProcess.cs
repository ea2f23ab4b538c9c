using System.Diagnostics;
using System.Net;
using System.Text;
using ChatApp.Contracts.Identity;
using ChatApp.Orchestrator.V1;
using Grpc.Core;
using Grpc.Net.Client;

namespace ChatApp.Tests.Orchestrator.Graph;

/// <summary>One orchestrator in a process of its own, which a test may kill and start again on the same port.</summary>
public sealed class OrchestratorProcess : IAsyncDisposable
{
    public const string IdentityKey = "tests-only-key-of-32-bytes-or-more";

    private static readonly CallerIdentitySigner Signer = new(IdentityKey, TimeProvider.System);

    private readonly Dictionary<string, string> _environment;
    private readonly StringBuilder _output = new();
    private GrpcChannel _channel;
    private Process? _process;

    public OrchestratorProcess(int port, IReadOnlyDictionary<string, string> environment)
    {
        Url = $"http://127.0.0.1:{port}";
        _environment = new Dictionary<string, string>(environment)
        {
            ["ASPNETCORE_URLS"] = Url,
            ["Internal__IdentityKey"] = IdentityKey,
            ["DOTNET_ENVIRONMENT"] = "Development",
        };
        _channel = NewChannel();
    }

    public string Url { get; }

    public ChatApp.Orchestrator.V1.Turns.TurnsClient Turns => new(_channel);

    public ChatApp.Orchestrator.V1.Conversations.ConversationsClient Conversations => new(_channel);

    public Transfers.TransfersClient Transfers => new(_channel);

    public Shares.SharesClient Shares => new(_channel);

    public ChatApp.Orchestrator.V1.Files.FilesClient Files => new(_channel);

    public Completions.CompletionsClient Completions => new(_channel);

    public ChatApp.Orchestrator.V1.Metering.MeteringClient Metering => new(_channel);

    public GrpcChannel Channel => _channel;

    public int ProcessId => _process?.Id ?? 0;

    public string Output
    {
        get
        {
            lock (_output)
                return _output.ToString();
        }
    }

    /// <summary>The metadata of a call made for a user.</summary>
    public static Metadata As(string user, string role = "user") =>
        new() { { CallerIdentity.HeaderName, Signer.Sign(user, role, "free", TimeSpan.FromMinutes(30)) } };

    public async Task StartAsync(CancellationToken cancellationToken = default)
    {
        // Another build can be given, to measure both under the same conditions.
        var assembly = Environment.GetEnvironmentVariable("CHATAPP_TEST_ORCHESTRATOR") ?? Path.Combine(AppContext.BaseDirectory, "ChatApp.Orchestrator.dll");
        var start = new ProcessStartInfo("dotnet", [assembly])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Path.GetDirectoryName(assembly),
        };
        foreach (var (name, value) in _environment)
            start.Environment[name] = value;
        _process = Process.Start(start)!;
        _process.OutputDataReceived += (_, line) => Append(line.Data);
        _process.ErrorDataReceived += (_, line) => Append(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        await WaitHealthyAsync(cancellationToken);

        // The former channel remembers for a while that it could not connect, and would say so again.
        _channel.Dispose();
        _channel = NewChannel();
    }

    /// <summary>As <c>kill -9</c>.</summary>
    public async Task KillAsync()
    {
        if (_process is not { HasExited: false })
            return;
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>As a cluster does: SIGTERM, and time to finish.</summary>
    public async Task TerminateAsync()
    {
        using var kill = Process.Start("kill", ["-TERM", ProcessId.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        await _process!.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(30));
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is { HasExited: true })
            await TestContext.Error.WriteLineAsync($"The orchestrator at {Url} had exited by itself:\n{Output}");
        if (Environment.GetEnvironmentVariable("CHATAPP_TEST_LOGS") is { } folder)
            await File.WriteAllTextAsync(Path.Combine(folder, $"orchestrator-{ProcessId}.log"), Output);
        await KillAsync();
        _process?.Dispose();
        _channel.Dispose();
    }

    private async Task WaitHealthyAsync(CancellationToken cancellationToken)
    {
        using var http = new HttpClient { DefaultRequestVersion = HttpVersion.Version20, DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact };
        var clock = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                if (await http.GetStringAsync(new Uri(Url + "/health"), cancellationToken) is "Healthy" or "Degraded")
                    return;
            }
            catch (HttpRequestException) when (clock.Elapsed < TimeSpan.FromSeconds(90) && !_process!.HasExited)
            {
                await Task.Delay(50, cancellationToken);
                continue;
            }
            catch (HttpRequestException exception)
            {
                throw new InvalidOperationException($"The orchestrator does not start:\n{Output}", exception);
            }
        }
    }

    private GrpcChannel NewChannel() => GrpcChannel.ForAddress(Url, new GrpcChannelOptions
    {
        HttpHandler = new SocketsHttpHandler { EnableMultipleHttp2Connections = true, ConnectTimeout = TimeSpan.FromSeconds(2) },
    });

    private void Append(string? line)
    {
        lock (_output)
            _output.AppendLine(line);
    }
}
