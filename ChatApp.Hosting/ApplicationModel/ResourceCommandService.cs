using ChatApp.Hosting.Running;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>Carries out the commands of resources.</summary>
public class ResourceCommandService
{
    private readonly Func<ApplicationRun> _run;

    internal ResourceCommandService(Func<ApplicationRun> run) => _run = run;

    /// <summary>Carries out a command on all replicas of a resource; one of <see cref="KnownResourceCommands"/>.</summary>
    public Task<ExecuteCommandResult> ExecuteCommandAsync(IResource resource, string commandName, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(resource);
        return ExecuteCommandAsync(resource.Name, commandName, cancellationToken);
    }

    /// <summary>Carries out a command on a replica, or on all replicas of a resource; one of <see cref="KnownResourceCommands"/>.</summary>
    public async Task<ExecuteCommandResult> ExecuteCommandAsync(string resourceId, string commandName, CancellationToken cancellationToken = default)
    {
        var runners = _run().Find(resourceId);
        if (runners.Count == 0)
            return Refuse($"There is no resource '{resourceId}'.");
        if (runners.Any(runner => !runner.HasCommands))
            return Refuse($"The resource '{resourceId}' has no process to start or stop.");

        var starts = commandName == KnownResourceCommands.StartCommand || commandName == KnownResourceCommands.RestartCommand;
        var stops = commandName == KnownResourceCommands.StopCommand || commandName == KnownResourceCommands.RestartCommand;
        if (!starts && !stops)
            return Refuse($"There is no command '{commandName}'.");
        if (stops)
            await Task.WhenAll(runners.Select(runner => runner.StopAsync())).WaitAsync(cancellationToken);
        if (starts)
        {
            foreach (var runner in runners)
                runner.Start();
        }

        return new ExecuteCommandResult { Success = true };
    }

    private static ExecuteCommandResult Refuse(string reason) => new() { Success = false, ErrorMessage = reason };
}
