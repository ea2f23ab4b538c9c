using System.Runtime.InteropServices;
using ChatApp.Hosting.Running;
using ChatApp.Hosting.Testing;

namespace Aspire.Hosting;

/// <summary>An application: services, stores and what they need, as one graph of processes.</summary>
public sealed class DistributedApplication : IHost, IAsyncDisposable
{
    private readonly IHost _host;
    private readonly EntryPointCapture? _capture;

    internal DistributedApplication(IHost host, EntryPointCapture? capture)
    {
        _host = host;
        _capture = capture;
    }

    /// <summary>The AppHost's services.</summary>
    public IServiceProvider Services => _host.Services;

    /// <summary>The state of every resource.</summary>
    public ResourceNotificationService ResourceNotifications => Services.GetRequiredService<ResourceNotificationService>();

    /// <summary>Commands to resources.</summary>
    public ResourceCommandService ResourceCommands => Services.GetRequiredService<ResourceCommandService>();

    /// <summary>A builder of an application.</summary>
    public static IDistributedApplicationBuilder CreateBuilder() => CreateBuilder([]);

    /// <summary>A builder of an application with a command line.</summary>
    public static IDistributedApplicationBuilder CreateBuilder(string[] args)
    {
        ArgumentNullException.ThrowIfNull(args);
        return CreateBuilder(new DistributedApplicationOptions { Args = args });
    }

    /// <summary>A builder of an application.</summary>
    public static IDistributedApplicationBuilder CreateBuilder(DistributedApplicationOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return new DistributedApplicationBuilder(options);
    }

    /// <summary>Runs until Ctrl+C or SIGTERM, then lets every process drain.</summary>
    public void Run() => RunAsync().GetAwaiter().GetResult();

    /// <summary>Runs until Ctrl+C, SIGTERM or cancellation, then lets every process drain. A start that fails ends the process with a message and code 1.</summary>
    public async Task RunAsync(CancellationToken cancellationToken = default)
    {
        if (_capture is not null)
        {
            // The test starts, stops and disposes of the application; the entry point only waits for that.
            await _capture.Finished.WaitAsync(cancellationToken);
            return;
        }

        await using (this)
        {
            try
            {
                await StartAsync(cancellationToken);
            }
            catch (DistributedApplicationException exception)
            {
                await Console.Error.WriteLineAsync(exception.Message);
                Environment.ExitCode = 1;
                return;
            }

            using var impatient = PosixSignalRegistration.Create(PosixSignal.SIGINT, new Impatience(TimeProvider.System).OnInterrupt);
            await _host.WaitForShutdownAsync(cancellationToken);
        }
    }

    /// <summary>Starts the application; returns once the start of every resource was begun.</summary>
    public Task StartAsync(CancellationToken cancellationToken = default) => _host.StartAsync(cancellationToken);

    /// <summary>Stops the application; every process drains.</summary>
    public Task StopAsync(CancellationToken cancellationToken = default) => _host.StopAsync(cancellationToken);

    /// <inheritdoc />
    public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        try
        {
            if (_host is IAsyncDisposable host)
                await host.DisposeAsync();
            else
                _host.Dispose();
        }
        finally
        {
            _capture?.Finish();
        }
    }
}
