using ChatApp.Orchestrator.V1;

namespace ChatApp.Api.App;

internal static class AppModelsApi
{
    public static async Task<IResult> ListAsync(Completions.CompletionsClient completions, CancellationToken cancellationToken)
    {
        var reply = await completions.ListModelsAsync(new ListModelsRequest(), cancellationToken: cancellationToken);
        return Results.Json(new
        {
            Data = reply.Models.Select(model => new
            {
                model.Id,
                model.Tier,
                model.ContextWindow,
                model.Capabilities,
                model.InputPricePerMillion,
                model.OutputPricePerMillion,
                model.Description,
            }),
        });
    }
}
