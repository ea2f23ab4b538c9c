using ChatApp.Tests.Graph;
using ChatApp.Tests.Orchestrator.Graph;

namespace ChatApp.Tests;

[SetUpFixture]
public class SharedGraphLifetime
{
    [OneTimeTearDown]
    public async Task StopAsync()
    {
        await ProductGraph.StopSharedAsync();
        // Also where only tests of other namespaces asked for it.
        await OrchestratorGraph.StopSharedAsync();
        await Stores.StopSharedAsync();
    }
}
