namespace ChatApp.AppHost.Supervision;

/// <summary>Adds what watches over the processes of a run.</summary>
internal static class SupervisionBuilderExtensions
{
    // Services drain, one after the other, before the stores are asked to end.
    private static readonly TimeSpan s_stop = TimeSpan.FromSeconds(45);

    // Warnings of Aspire's about what is missing here and not needed: a development certificate, a container engine.
    private static readonly (string Category, LogLevel Level)[] s_levels =
    [
        ("Aspire.Hosting", LogLevel.Warning),
        ("Aspire.Hosting.Dashboard", LogLevel.Error),
        ("Aspire.Hosting.Dcp", LogLevel.Error),
        ("Microsoft", LogLevel.Error),
    ];

    public static void Supervise(this IDistributedApplicationBuilder builder)
    {
        if (!builder.ExecutionContext.IsRunMode)
            return;
        // The console is for the summary; what is configured for a category wins.
        foreach (var (category, level) in s_levels.Where(level => builder.Configuration[$"Logging:LogLevel:{level.Category}"] is null))
            builder.Services.AddLogging(logging => logging.AddFilter(category, level));
        // Before Aspire's own services, which are started only once all that waits for others has been.
        builder.Services.Insert(0, ServiceDescriptor.Singleton<IHostedService, Restarts>());
        builder.Services.Insert(0, ServiceDescriptor.Singleton<IHostedService, ConsoleSummary>());
        builder.Services.AddHostedService<StopOrder>();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = s_stop);
        // What crashed is started again: whoever waits for it goes on waiting.
        builder.Services.Configure<ResourceNotificationServiceOptions>(waiting => waiting.DefaultWaitBehavior = WaitBehavior.WaitOnResourceUnavailable);
    }
}
