using ChatApp.Orchestrator.V1;

namespace ChatApp.Api.Admin;

/// <summary>The catalogue's state: every model with its routes, and the condition of every upstream as one replica knows it.</summary>
internal static class AdminModelsApi
{
    public static async Task<IResult> ListAsync(Completions.CompletionsClient completions, Gateway.GatewayClient gateway, CancellationToken cancellationToken)
    {
        var models = await completions.ListModelsAsync(new ListModelsRequest(), cancellationToken: cancellationToken);
        var state = await gateway.GetStateAsync(new GetGatewayStateRequest(), cancellationToken: cancellationToken);
        return Results.Json(new
        {
            Data = models.Models.Select(model => new
            {
                model.Id,
                model.Tier,
                model.ContextWindow,
                model.Capabilities,
                model.InputPricePerMillion,
                model.OutputPricePerMillion,
                model.Description,
                Routes = state.Routes.Where(route => route.Model == model.Id).Select(route => new { route.Upstream, route.UpstreamModel, route.Priority, route.Weight }),
            }),
            state.Replica,
            Upstreams = state.Upstreams.Select(upstream => new
            {
                upstream.Name,
                upstream.Kind,
                upstream.Breaker,
                upstream.WaitMs,
                upstream.InFlight,
                upstream.ReportedLoad,
                upstream.MaxConcurrent,
                LastFailure = upstream.LastFailure.Length == 0 ? null : upstream.LastFailure,
                LastFailureAt = upstream.LastFailureAt?.ToDateTimeOffset(),
            }),
        });
    }
}
