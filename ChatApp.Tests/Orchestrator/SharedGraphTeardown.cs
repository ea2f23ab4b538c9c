using ChatApp.Tests.Orchestrator.Graph;

namespace ChatApp.Tests.Orchestrator;

[SetUpFixture]
public sealed class SharedGraphTeardown
{
    [OneTimeTearDown]
    public Task StopShared() => OrchestratorGraph.StopSharedAsync();
}
