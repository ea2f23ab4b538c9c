using Scalar.AspNetCore;

namespace ChatApp.Api;

/// <summary>The OpenAPI document and the page that shows it at <c>/docs</c>.</summary>
internal static class Documentation
{
    public static void AddDocumentation(this IServiceCollection services) => services.AddOpenApi(openApi => openApi.AddDocumentTransformer((document, _, _) =>
    {
        document.Info.Title = "ChatApp";
        document.Info.Description =
            "The OpenAI-compatible surface under /v1 and the app's own under /api. Send 'Authorization: Bearer' with an API key (sk-...) or an access token of /api/auth.";
        return Task.CompletedTask;
    }));

    public static void MapDocumentation(this WebApplication app)
    {
        app.MapOpenApi();
        app.MapScalarApiReference("/docs", scalar => scalar.WithTitle("ChatApp").DisableDefaultFonts());
    }
}
