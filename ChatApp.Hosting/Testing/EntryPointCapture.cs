using System.Reflection;

namespace ChatApp.Hosting.Testing;

/// <summary>
/// Runs an AppHost's entry point in this process up to <c>Build()</c>, hands its builder to a test, and lets it go on when
/// the test builds.
/// </summary>
internal sealed class EntryPointCapture(Assembly assembly, string[] args, Action<DistributedApplicationOptions, HostApplicationBuilderSettings> configure)
{
    private static readonly AsyncLocal<EntryPointCapture?> Ambient = new();

    private readonly TaskCompletionSource<DistributedApplicationBuilder> _building = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _proceed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<DistributedApplication> _built = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _finished = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public static EntryPointCapture? Current => Ambient.Value;

    public Assembly Assembly { get; } = assembly;

    public string[] Args { get; } = args;

    /// <summary>Completes when the application is disposed of.</summary>
    public Task Finished => _finished.Task;

    /// <summary>Starts the entry point on a thread of its own and returns its builder once it builds.</summary>
    public async Task<DistributedApplicationBuilder> RunAsync(CancellationToken cancellationToken)
    {
        var thread = new Thread(Run) { IsBackground = true, Name = $"entry point of {Assembly.GetName().Name}" };
        thread.Start();
        return await _building.Task.WaitAsync(cancellationToken);
    }

    public Task<DistributedApplication> ProceedAsync(CancellationToken cancellationToken)
    {
        _proceed.TrySetResult();
        return _built.Task.WaitAsync(cancellationToken);
    }

    /// <summary>Ends an entry point whose application is not built or is disposed of.</summary>
    public void Finish()
    {
        _proceed.TrySetCanceled();
        _finished.TrySetResult();
    }

    public void Configure(DistributedApplicationOptions options, HostApplicationBuilderSettings settings)
    {
        options.DisableDashboard = true;
        configure(options, settings);
    }

    public void OnBuilding(DistributedApplicationBuilder builder)
    {
        _building.TrySetResult(builder);
        _proceed.Task.GetAwaiter().GetResult();
    }

    public void OnBuilt(DistributedApplication application) => _built.TrySetResult(application);

    public void OnFailed(Exception exception)
    {
        _building.TrySetException(exception);
        _built.TrySetException(exception);
    }

    private void Run()
    {
        Ambient.Value = this;
        var name = Assembly.GetName().Name;
        try
        {
            var main = Assembly.EntryPoint ?? throw new DistributedApplicationException($"'{name}' has no entry point.");
            main.Invoke(null, main.GetParameters().Length == 0 ? null : [Array.Empty<string>()]);
            OnFailed(new DistributedApplicationException($"The entry point of '{name}' ended without building an application."));
        }
        catch (TargetInvocationException exception)
        {
            OnFailed(exception.InnerException ?? exception);
        }
        catch (DistributedApplicationException exception)
        {
            OnFailed(exception);
        }
    }
}
