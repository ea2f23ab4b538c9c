namespace ChatApp.AppHost.Supervision;

/// <summary>
/// Stops the services before Aspire asks everything to end at once: each after those that call it, so that turns drain while
/// what they need is still there.
/// </summary>
internal sealed partial class StopOrder(DistributedApplicationModel model, ResourceCommandService commands, ILogger<StopOrder> logger) : IHostedLifecycleService
{
    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        // What calls another is added to the model after it.
        foreach (var resource in model.Resources.OfType<ProjectResource>().Reverse())
        {
            var result = await commands.ExecuteCommandAsync(resource, KnownResourceCommands.StopCommand, cancellationToken);
            if (!result.Success)
                LogNotStopped(resource.Name, result.Message);
        }
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    [LoggerMessage(Level = LogLevel.Debug, Message = "{Resource} was not stopped: {Reason}")]
    private partial void LogNotStopped(string resource, string? reason);
}
