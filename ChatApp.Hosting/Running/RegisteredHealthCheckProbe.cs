using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace ChatApp.Hosting.Running;

/// <summary>Asks a health check that is registered in the AppHost's services.</summary>
internal sealed class RegisteredHealthCheckProbe(string key) : ProbeAnnotation
{
    public override string Name => key;

    public override async Task<string?> AskAsync(ProbeContext context, CancellationToken cancellationToken)
    {
        var service = context.Services.GetService<HealthCheckService>()
            ?? throw new DistributedApplicationException($"The health check '{key}' of '{context.Resource.Name}' is not registered: call builder.Services.AddHealthChecks().");
        var report = await service.CheckHealthAsync(registration => registration.Name == key, cancellationToken);
        if (!report.Entries.TryGetValue(key, out var entry))
            return $"there is no registered health check '{key}'";
        return entry.Status == HealthStatus.Healthy ? null : entry.Description ?? entry.Exception?.Message ?? entry.Status.ToString();
    }
}
