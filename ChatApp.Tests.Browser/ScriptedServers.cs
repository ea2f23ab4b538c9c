using ChatApp.Tests.Web;

namespace ChatApp.Tests.Browser;

/// <summary>One web process and one scripted Api for all tests of pages: started by the first that asks, stopped behind the last.</summary>
[SetUpFixture]
public sealed class ScriptedServers
{
    private static readonly Lazy<Task<(ScriptedApi Api, WebProcess Web)>> _shared = new(StartAsync);

    internal static Task<(ScriptedApi Api, WebProcess Web)> GetAsync() => _shared.Value;

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        if (!_shared.IsValueCreated || !_shared.Value.IsCompletedSuccessfully)
            return;
        var (api, web) = await _shared.Value;
        await web.DisposeAsync();
        await api.DisposeAsync();
    }

    private static async Task<(ScriptedApi Api, WebProcess Web)> StartAsync()
    {
        var api = await ScriptedApi.StartAsync();
        try
        {
            return (api, await WebProcess.StartAsync(api.Address));
        }
        catch
        {
            await api.DisposeAsync();
            throw;
        }
    }
}
