namespace ChatApp.Orchestrator.Tools;

/// <summary>Something that a model may call. It is run by <see cref="ToolRunner"/> alone, which checks the arguments first.</summary>
public interface ITool
{
    ToolDefinition Definition { get; }

    /// <returns>The result as the model reads it.</returns>
    /// <exception cref="ToolException">It could not be done; the message is for the model.</exception>
    Task<string> RunAsync(ToolInvocation invocation, CancellationToken cancellationToken);
}
