using ChatApp.Inference.Engine.Requests;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace ChatApp.Inference.Serving;

/// <summary>Ready when every model has been tried, at least one was loaded, and no engine has failed or is stopping.</summary>
internal sealed class ModelHealthCheck(ModelCatalog catalog) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken) => Task.FromResult(Check());

    private HealthCheckResult Check()
    {
        if (!catalog.IsLoaded)
            return HealthCheckResult.Unhealthy("Models are being loaded.");
        var models = catalog.Models;
        if (models.Count == 0)
            return HealthCheckResult.Unhealthy("No model could be loaded.");
        var down = models.FirstOrDefault(m => m.Engine.Health.State != EngineState.Ready);
        return down is null ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy($"Model '{down.Id}': {down.Engine.Health.Reason ?? down.Engine.Health.State.ToString()}");
    }
}
