using Aspire.Hosting.Eventing;
using ChatApp.Hosting.Guarding;

namespace ChatApp.Hosting.Running;

/// <summary>What the parts of a running application share.</summary>
internal sealed record RunServices
{
    public required IServiceProvider Services { get; init; }

    public required IHostEnvironment Environment { get; init; }

    public required HostingOptions Options { get; init; }

    public required ResourceNotificationService Notifications { get; init; }

    public required ResourceLoggerService Logs { get; init; }

    public required IDistributedApplicationEventing Eventing { get; init; }

    public required GuardClient Guard { get; init; }

    public required TimeProvider Time { get; init; }

    public OtlpEndpoint? Telemetry { get; init; }
}
