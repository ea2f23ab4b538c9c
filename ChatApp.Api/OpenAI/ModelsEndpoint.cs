using ChatApp.Api.Errors;
using ChatApp.Contracts.OpenAI;
using ChatApp.Orchestrator.V1;

namespace ChatApp.Api.OpenAI;

/// <summary><c>GET /v1/models</c>, with our capabilities and context window beside OpenAI's fields.</summary>
internal static class ModelsEndpoint
{
    public static async Task<IResult> ListAsync(Completions.CompletionsClient completions, CancellationToken cancellationToken)
    {
        var reply = await completions.ListModelsAsync(new ListModelsRequest(), cancellationToken: cancellationToken);
        return Results.Json(new { Object = "list", Data = reply.Models.Select(ToModel) });
    }

    public static async Task<IResult> GetAsync(string id, Completions.CompletionsClient completions, CancellationToken cancellationToken)
    {
        var reply = await completions.ListModelsAsync(new ListModelsRequest(), cancellationToken: cancellationToken);
        return reply.Models.FirstOrDefault(model => model.Id == id) is { } model
            ? Results.Json(ToModel(model))
            : new OpenAIError(StatusCodes.Status404NotFound,
                $"The model '{id}' does not exist. Known models: {string.Join(", ", reply.Models.Select(known => known.Id))}.",
                OpenAIError.InvalidRequest, "model", "model_not_found");
    }

    private static object ToModel(Model model) => new
    {
        model.Id,
        Object = "model",
        model.Created,
        OwnedBy = "chatapp",
        model.Tier,
        model.ContextWindow,
        model.Capabilities,
    };
}
