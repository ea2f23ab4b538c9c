namespace Aspire.Hosting.Testing;

/// <summary>The builder of an application in a test.</summary>
public interface IDistributedApplicationTestingBuilder : IDistributedApplicationBuilder, IAsyncDisposable, IDisposable
{
    /// <summary>The application.</summary>
    Task<DistributedApplication> BuildAsync(CancellationToken cancellationToken = default);
}
