using ChatApp.Tests.Graph;

namespace ChatApp.Tests;

[SetUpFixture]
public sealed class SharedGraphLifetime
{
    [OneTimeTearDown]
    public Task StopAsync() => ProductGraph.StopSharedAsync();
}
