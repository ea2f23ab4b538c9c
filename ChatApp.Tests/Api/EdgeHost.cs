using ChatApp.Api;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ChatApp.Tests.Api;

/// <summary>One replica of the edge in this process: real Kestrel on loopback, real PostgreSQL.</summary>
public sealed class EdgeHost : IAsyncDisposable
{
    public const string IdentityKey = "edge-tests-share-this-identity-key-of-no-secret";

    private EdgeHost(WebApplication app, Uri address) => (App, Address) = (app, address);

    public WebApplication App { get; }

    public Uri Address { get; }

    public static async Task<EdgeHost> StartAsync(
        string database, IReadOnlyDictionary<string, string?>? settings = null, Action<WebApplicationBuilder>? configure = null, string environment = "Production")
    {
        // No appsettings of whichever project was copied beside the tests: what holds is written here.
        var root = Directory.CreateTempSubdirectory("chatapp-edge-root-").FullName;
        var app = ApiApplication.Build(["--urls=http://127.0.0.1:0", $"--environment={environment}", $"--contentRoot={root}"], builder =>
        {
            builder.Logging.ClearProviders();
            builder.Logging.AddConsole().SetMinimumLevel(LogLevel.Error);
            builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
            {
                ["ConnectionStrings:chatdb"] = database,
                ["ConnectionStrings:redis"] = EdgeStores.Redis,
                // What is tested is the shared limit; a busy machine must not turn it into the local one.
                ["Limits:RedisTimeoutMilliseconds"] = "10000",
                ["Abuse:RequestsPerMinute"] = "1000000",
                ["Abuse:CredentialsPerMinute"] = "1000000",
                ["Internal:IdentityKey"] = IdentityKey,
                ["Accounts:PasswordIterations"] = "1000",
                ["Accounts:DirectoryCacheMilliseconds"] = "0",
                ["services:orchestrator:grpc:0"] = "http://127.0.0.1:1",
            });
            builder.Configuration.AddInMemoryCollection(settings ?? new Dictionary<string, string?>());
            configure?.Invoke(builder);
        });
        await ApiApplication.PrepareAsync(app, CancellationToken.None);
        await app.StartAsync();
        var address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        return new EdgeHost(app, new Uri(address));
    }

    public EdgeClient Client(string? credential = null) => new(Address, credential);

    public async ValueTask DisposeAsync()
    {
        await App.StopAsync();
        await App.DisposeAsync();
    }
}
