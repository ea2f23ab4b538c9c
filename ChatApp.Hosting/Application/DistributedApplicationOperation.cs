namespace Aspire.Hosting;

/// <summary>What the application is built for.</summary>
public enum DistributedApplicationOperation
{
    /// <summary>To run here.</summary>
    Run,

    /// <summary>To be published; only with Aspire's own packages.</summary>
    Publish,
}
