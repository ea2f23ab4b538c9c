namespace Aspire.Hosting;

/// <summary>How the application is executed.</summary>
public class DistributedApplicationExecutionContext(DistributedApplicationOperation operation)
{
    /// <summary>What the application is built for.</summary>
    public DistributedApplicationOperation Operation { get; } = operation;

    /// <summary>Whether it runs here.</summary>
    public bool IsRunMode => Operation == DistributedApplicationOperation.Run;

    /// <summary>Whether it is published.</summary>
    public bool IsPublishMode => Operation == DistributedApplicationOperation.Publish;
}
