using Microsoft.Extensions.AI;

namespace ChatApp.Orchestrator.Tools;

/// <summary>A function that a model may call, and what the service has to know of it. It is run by <see cref="ToolRunner"/> alone.</summary>
/// <param name="Function">Gets an object's properties, each as a <see cref="System.Text.Json.JsonElement"/>, that fit its schema.</param>
internal sealed record Tool(AIFunction Function)
{
    public string Name => Function.Name;

    /// <summary>Running it twice is the same as running it once: then a call whose outcome was lost is simply run again.</summary>
    public bool IsIdempotent { get; init; }

    /// <summary>How long a call may take; null: as the settings say.</summary>
    public TimeSpan? Timeout { get; init; }
}

/// <summary>A tool could not do what it was asked. The message goes to the model, and says what to do instead.</summary>
internal sealed class ToolException(string message) : Exception(message);

/// <summary>For whom a function is called, beside its arguments.</summary>
/// <param name="Owner">The user.</param>
/// <param name="CallId">The same when a call is repeated after a failure.</param>
internal sealed record ToolCaller(string Owner, string CallId)
{
    /// <summary>Goes with the arguments.</summary>
    public void AddTo(AIFunctionArguments arguments) => arguments.Context = new Dictionary<object, object?> { [typeof(ToolCaller)] = this };

    /// <exception cref="InvalidOperationException">Nobody was named.</exception>
    public static ToolCaller Of(AIFunctionArguments arguments) =>
        arguments.Context?.TryGetValue(typeof(ToolCaller), out var caller) == true && caller is ToolCaller known ? known : throw new InvalidOperationException("A tool is called for someone.");
}
