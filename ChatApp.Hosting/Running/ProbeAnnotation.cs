namespace ChatApp.Hosting.Running;

/// <summary>A question about a process's health.</summary>
internal abstract class ProbeAnnotation : IResourceAnnotation
{
    public abstract string Name { get; }

    /// <summary>Null when all is well, otherwise what is not. Exceptions count as answers too.</summary>
    public abstract Task<string?> AskAsync(ProbeContext context, CancellationToken cancellationToken);
}
