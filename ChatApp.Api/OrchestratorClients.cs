using ChatApp.Api.Callers;
using ChatApp.Api.Orchestration;
using ChatApp.Orchestrator.V1;
using Grpc.Core;
using Grpc.Net.Client.Configuration;

namespace ChatApp.Api;

internal static class OrchestratorClients
{
    /// <summary>The orchestrator's gRPC endpoint, resolved by service discovery.</summary>
    private static readonly Uri Address = new("http://_grpc.orchestrator");

    /// <summary>Bytes of a whole conversation, or of the vectors of as many texts as one request may hold.</summary>
    private const int LongestMessage = 128 << 20;

    /// <summary>A call that never reached a server may go to another replica; nothing has run yet.</summary>
    private static readonly MethodConfig RetryUnavailable = new()
    {
        Names = { MethodName.Default },
        RetryPolicy = new RetryPolicy
        {
            MaxAttempts = 4,
            InitialBackoff = TimeSpan.FromMilliseconds(100),
            MaxBackoff = TimeSpan.FromSeconds(1),
            BackoffMultiplier = 2,
            RetryableStatusCodes = { StatusCode.Unavailable },
        },
    };

    public static void AddOrchestrator(this IServiceCollection services)
    {
        services.AddTransient<CallerInterceptor>();
        services.AddClient<Turns.TurnsClient>();
        services.AddClient<Conversations.ConversationsClient>();
        services.AddClient<Transfers.TransfersClient>();
        services.AddClient<Shares.SharesClient>();
        services.AddClient<Completions.CompletionsClient>();
        services.AddClient<Files.FilesClient>();
        services.AddClient<Gateway.GatewayClient>();
        services.AddClient<Metering.MeteringClient>();
        services.AddSingleton<TurnStream>();
    }

    private static void AddClient<TClient>(this IServiceCollection services)
        where TClient : ClientBase =>
        services.AddGrpcClient<TClient>(options => options.Address = Address)
            .AddInterceptor<CallerInterceptor>()
            .ConfigureChannel(channel =>
            {
                channel.ServiceConfig = new ServiceConfig { MethodConfigs = { RetryUnavailable } };
                channel.MaxReceiveMessageSize = LongestMessage;
            });
}
