using ChatApp.Orchestrator.V1;

namespace ChatApp.Api.OpenAI;

internal static class AppModelsApi
{
    public static async Task<IResult> ListAsync(Completions.CompletionsClient completions, CancellationToken cancellationToken)
    {
        var reply = await completions.ListModelsAsync(new ListModelsRequest(), cancellationToken: cancellationToken);
        return Results.Json(new
        {
            // A page lists what one can talk to; what is unknown of a model is believed of it.
            Data = reply.Models.Where(model => model.Capabilities.Count == 0 || model.Capabilities.Contains("chat")).Select(model => new
            {
                model.Id,
                model.Tier,
                model.ContextWindow,
                model.Capabilities,
                model.InputPricePerMillion,
                model.OutputPricePerMillion,
                model.Description,
                model.Tools,
            }),
        });
    }
}
