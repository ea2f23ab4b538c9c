namespace Aspire.Hosting.ApplicationModel;

/// <summary>Lets a description add arguments when a process is about to start.</summary>
public sealed class CommandLineArgsCallbackContext(IList<object> args, IResource? resource = null, CancellationToken cancellationToken = default)
{
    /// <summary>The arguments: strings or <see cref="IValueProvider"/>s.</summary>
    public IList<object> Args { get; } = args;

    /// <summary>The resource whose process starts.</summary>
    public IResource Resource { get; } = resource!;

    /// <summary>Cancelled when the start is given up.</summary>
    public CancellationToken CancellationToken { get; } = cancellationToken;
}
