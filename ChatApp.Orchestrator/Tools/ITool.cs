using System.Text.Json;

namespace ChatApp.Orchestrator.Tools;

/// <summary>Something that a model may call. It is run by <see cref="ToolRunner"/> alone, which checks the arguments first.</summary>
internal interface ITool
{
    ToolDefinition Definition { get; }

    /// <returns>The result as the model reads it.</returns>
    /// <exception cref="ToolException">It could not be done; the message is for the model.</exception>
    Task<string> RunAsync(ToolInvocation invocation, CancellationToken cancellationToken);
}

/// <summary>What a model is told of a tool, and what the service has to know of it.</summary>
internal sealed record ToolDefinition
{
    public required string Name { get; init; }

    public required string Description { get; init; }

    /// <summary>JSON schema of the arguments: an object.</summary>
    public required JsonElement Parameters { get; init; }

    /// <summary>Running it twice is the same as running it once: then a call whose outcome was lost is simply run again.</summary>
    public bool Idempotent { get; init; }

    /// <summary>How long a call may take; null: as the settings say.</summary>
    public TimeSpan? Timeout { get; init; }
}

/// <summary>A tool could not do what it was asked. The message goes to the model, and says what to do instead.</summary>
internal sealed class ToolException(string message) : Exception(message);

/// <summary>One call of a tool.</summary>
/// <param name="Owner">For whom.</param>
/// <param name="CallId">The same when a call is repeated after a failure.</param>
/// <param name="Arguments">An object that fits the tool's schema.</param>
internal sealed record ToolInvocation(string Owner, string CallId, JsonElement Arguments);
