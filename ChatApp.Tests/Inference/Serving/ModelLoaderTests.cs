using ChatApp.Inference.Engine.Requests;
using ChatApp.Inference.Serving;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting.Internal;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace ChatApp.Tests.Inference.Serving;

public sealed class ModelLoaderTests
{
    [Test]
    public async Task A_stop_while_models_are_loading_ends_the_loading_and_all_that_was_loaded()
    {
        var settings = new Dictionary<string, string?> { ["Inference:Engine:Device"] = "Cpu", ["Inference:Engine:KvCacheBytes"] = "67108864", ["Inference:Engine:PrefixCacheBytes"] = "0" };
        for (var model = 0; model < 4; model++)
        {
            settings[$"Inference:Models:{model}:Path"] = NanoModel.Folder;
            settings[$"Inference:Models:{model}:Id"] = $"nano {model}";
        }

        var configuration = new ConfigurationBuilder().AddInMemoryCollection(settings).Build();
        var lifetime = new ApplicationLifetime(NullLogger<ApplicationLifetime>.Instance);
        var catalog = new ModelCatalog();
        using var loader = new ModelLoader(
            catalog, Options.Create(configuration.GetSection(InferenceOptions.Section).Get<InferenceOptions>()!), configuration,
            new HostingEnvironment { ContentRootPath = TestContext.CurrentContext.TestDirectory }, lifetime, NullLoggerFactory.Instance, TimeProvider.System);
        await loader.StartAsync(CancellationToken.None);

        lifetime.StopApplication();
        await loader.StopAsync(CancellationToken.None);

        // A list that is cut short must not be taken for all there is.
        catalog.IsLoaded.ShouldBeFalse();
        catalog.Models.ShouldAllBe(model => model.Engine.Health.State == EngineState.Stopped);
    }
}
