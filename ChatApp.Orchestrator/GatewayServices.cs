using ChatApp.Orchestrator.Gateway;
using ChatApp.Orchestrator.Gateway.Caching;
using ChatApp.Orchestrator.Gateway.Routing;
using ChatApp.Orchestrator.Gateway.Settings;
using ChatApp.Orchestrator.Gateway.Upstreams;
using ChatApp.Orchestrator.Metering;
using Microsoft.Extensions.Options;

namespace ChatApp.Orchestrator;

/// <summary>What the gateway is made of. It needs an <see cref="IGenerationLedger"/> and a connection to Redis.</summary>
internal static class GatewayServices
{
    public static void AddGateway(this IServiceCollection services)
    {
        services.AddSingleton<SecretStore>();
        services.AddSingleton<GatewaySettings>();
        services.AddSingleton<IOptionsMonitor<GatewayOptions>>(provider => provider.GetRequiredService<GatewaySettings>());

        // The gateway has retries and timeouts of its own, which know where in an answer they are. A redirect would carry
        // the key to wherever it points.
        services.AddHttpClient(UpstreamClient.HttpClientName, client => client.Timeout = Timeout.InfiniteTimeSpan)
            .UseSocketsHttpHandler((handler, provider) =>
            {
                handler.ConnectTimeout = provider.GetRequiredService<GatewaySettings>().CurrentValue.ConnectTimeout;
                handler.AllowAutoRedirect = false;
                handler.UseCookies = false;
            })
            .RedactLoggedHeaders(["Authorization", "api-key"]);
        services.AddSingleton<UpstreamClient>();
        services.AddSingleton<ModelCatalogue>();
        services.AddSingleton<TokenCounter>();

        services.AddSingleton<UpstreamBoard>();
        services.AddSingleton<RetryBudget>();
        services.AddSingleton<RoutePlanner>();
        services.AddSingleton<AttemptLoop>();
        services.AddSingleton<AutoJudge>();
        services.AddSingleton<RoutedCalls>();
        services.AddSingleton<ModelGateway>();
        services.AddSingleton<GatewayChatClients>();
        services.AddHostedService<UpstreamProbe>();

        services.AddSingleton<AnswerCache>();
        services.AddSingleton<RepeatedCalls>();
        services.AddSingleton<EmbeddingForwarding>();
        services.AddSingleton<CompletionForwarding>();
    }
}
