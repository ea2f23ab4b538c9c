using ChatApp.Contracts.Identity;
using ChatApp.Orchestrator.Conversations;
using ChatApp.Orchestrator.Conversations.Changes;
using ChatApp.Orchestrator.Conversations.Sharing;
using ChatApp.Orchestrator.Conversations.Titles;
using ChatApp.Orchestrator.Conversations.Transfer;
using ChatApp.Orchestrator.Files;
using ChatApp.Orchestrator.Grpc;
using ChatApp.Orchestrator.Ids;
using ChatApp.Orchestrator.Jobs;
using ChatApp.Orchestrator.Metering;
using ChatApp.Orchestrator.Objects;
using ChatApp.Orchestrator.Prompts;
using ChatApp.Orchestrator.Storage;
using ChatApp.Orchestrator.Turns.Events;
using ChatApp.Orchestrator.Turns.Leases;
using ChatApp.Orchestrator.Turns.Records;
using ChatApp.Orchestrator.Turns.Running;
using ChatApp.Orchestrator.Turns.Starting;
using ChatApp.Orchestrator.Turns.Takeover;
using ChatApp.Orchestrator.Turns.Viewing;
using ChatApp.ServiceDefaults.Migrations;
using ChatApp.ServiceDefaults.Storage;
using Dapper;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace ChatApp.Orchestrator;

/// <summary>What the service is made of.</summary>
internal static class OrchestratorServices
{
    private const int MostConnections = 24;
    private const int LargestRequest = 8 * 1024 * 1024;

    public static void AddOrchestrator(this WebApplicationBuilder builder)
    {
        builder.UseGrpcAndHealthPorts();
        builder.AddCallerIdentity();
        builder.AddStores();
        builder.Services.AddGateway();
        builder.AddTurns();
        builder.Services.AddGrpc(grpc =>
        {
            grpc.MaxReceiveMessageSize = LargestRequest;
            grpc.Interceptors.Add<RefusalInterceptor>();
            grpc.Interceptors.Add<IdentityInterceptor>();
        });
    }

    private static void AddStores(this WebApplicationBuilder builder)
    {
        DefaultTypeMap.MatchNamesWithUnderscores = true;
        builder.AddPostgresStore("chatdb", configure: source =>
        {
            // A laptop's PostgreSQL takes a hundred connections from everyone: a thousand turns share a few.
            // ContainsKey says that the keyword exists, not that it was given.
            if (!source.ConnectionStringBuilder.ShouldSerialize("Maximum Pool Size"))
                source.ConnectionStringBuilder.MaxPoolSize = MostConnections;
        });
        builder.AddRedisStore("redis", redis =>
        {
            // Slower without Redis, not stuck: a command that can't be sent fails at once.
            redis.BacklogPolicy = BacklogPolicy.FailFast;
            redis.ConnectTimeout = 2000;
            redis.AsyncTimeout = 1500;
            redis.SyncTimeout = 1500;
            redis.ReconnectRetryPolicy = new LinearRetry(500);
        });
        builder.Services.AddSingleton<SchemaMigrator>();
        builder.Services.AddSingleton<IdFactory>();
        builder.Services.AddSingleton<OwnedDatabase>();
        builder.Services.AddSingleton<ConversationStore>();
        builder.Services.AddSingleton<MessageStore>();
        builder.Services.AddSingleton<UsageStore>();
        builder.Services.AddSingleton<LateUsage>();
        builder.Services.AddSingleton<GenerationLedger>();
        builder.Services.AddSingleton<IGenerationLedger>(provider => provider.GetRequiredService<GenerationLedger>());
        builder.Services.AddHostedService(provider => provider.GetRequiredService<GenerationLedger>());
        builder.Services.AddJobs();
        builder.Services.AddObjects();
        builder.Services.AddConversations();
    }

    private static void AddJobs(this IServiceCollection services)
    {
        services.AddOptions<JobOptions>().BindConfiguration("Jobs").ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<JobStore>();
        services.AddHostedService<JobWorker>();
    }

    private static void AddObjects(this IServiceCollection services)
    {
        services.AddOptions<ObjectOptions>().BindConfiguration("Objects").ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton(provider => BlobStores.Create(provider.GetRequiredService<IOptions<ObjectOptions>>().Value));
        services.AddSingleton<ObjectStore>();
        services.AddHostedService<ObjectPurge>();
    }

    private static void AddConversations(this IServiceCollection services)
    {
        services.AddOptions<ConversationOptions>().BindConfiguration("Conversations").ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<ConversationSearch>();
        services.AddSingleton<ConversationChanges>();
        services.AddSingleton<HotContext>();
        services.AddSingleton<ShareStore>();
        services.AddSingleton<ConversationExport>();
        services.AddSingleton<GuestAdoption>();
        services.AddSingleton<ImportReader>();
        services.AddSingleton<ConversationImport>();
        services.AddSingleton<TitleStore>();
        services.AddSingleton<TitleWriter>();
        services.AddHostedService(provider => provider.GetRequiredService<TitleWriter>());
        services.AddHostedService<ConversationPurge>();

        services.AddOptions<Files.FileOptions>().BindConfiguration("Files").ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<Files.PdfText>();
        services.AddSingleton<FileStore>();
        services.AddSingleton<Attachments>();
        services.AddHostedService<FilePurge>();
        services.AddSingleton<IJobHandler, FileMove>();
    }

    private static void AddTurns(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        TurnMetrics.Appear();
        services.AddOptions<TurnOptions>().BindConfiguration("Turns").ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<PromptOptions>().BindConfiguration("Prompts").ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton(ReplicaName.Unique());
        services.AddSingleton<TurnStore>();
        services.AddSingleton<TurnLeases>();
        services.AddSingleton<TurnJournal>();
        services.AddSingleton<TurnLog>();
        services.AddSingleton<TurnViewing>();
        services.AddSingleton<SummaryStore>();
        services.AddSingleton<Summariser>();
        services.AddSingleton<PromptBuilder>();
        services.AddSingleton<PromptAccounting>();
        services.AddSingleton<TemporaryTurns>();
        services.AddTools();
        services.AddSingleton<LoadHistory>();
        services.AddSingleton<BuildPrompt>();
        services.AddSingleton<ModelRuns>();
        services.AddSingleton<Generate>();
        services.AddSingleton<TurnPipeline>();
        services.AddSingleton<EarlierOwners>();
        services.AddSingleton<TurnFollowUp>();
        services.AddSingleton<TurnEnding>();
        services.AddSingleton<TurnRunner>();

        // Stopped in reverse: first nothing new is taken over, then turns are handed over, then what they live by ends.
        services.AddHostedService(provider => provider.GetRequiredService<TurnLog>());
        services.AddSingleton<JournalWriter>();
        services.AddHostedService(provider => provider.GetRequiredService<JournalWriter>());
        services.AddSingleton<TurnSupervisor>();
        services.AddHostedService<Heartbeat>();
        services.AddHostedService(provider => provider.GetRequiredService<TurnSupervisor>());
        services.AddSingleton<TurnStarter>();
        services.AddSingleton<TurnRequestReader>();
        services.AddSingleton<TurnSignals>();
        services.AddHostedService(provider => provider.GetRequiredService<TurnSignals>());
        services.AddHostedService<TurnTakeover>();
    }
}
