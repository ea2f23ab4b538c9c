using ChatApp.Contracts.OpenAI;
using ChatApp.Inference.Endpoints;
using ChatApp.Inference.Endpoints.Requests;
using ChatApp.Inference.Serving;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace ChatApp.Tests.Inference.Endpoints;

public sealed class ModelsApiTests
{
    [Test]
    public async Task While_models_are_loading_no_list_is_given_that_could_be_taken_for_whole()
    {
        using var catalog = new ModelCatalog();
        var models = new ModelsApi(catalog, Options.Create(new InferenceOptions()));

        var loading = await Should.ThrowAsync<OpenAIException>(models.ListAsync(new DefaultHttpContext()));
        loading.Error.Status.ShouldBe(StatusCodes.Status503ServiceUnavailable);
        loading.Error.RetryAfter.ShouldNotBeNull();

        catalog.MarkLoaded();
        await Should.NotThrowAsync(models.ListAsync(new DefaultHttpContext()));
    }
}
