using System.Text.Json;
using System.Text.Json.Serialization;
using ChatApp.Api.Abuse;
using ChatApp.Api.Errors;
using ChatApp.Api.Limits;
using ChatApp.Api.OpenAI;
using ChatApp.Api.Settings;
using ChatApp.Api.Streaming;
using ChatApp.Api.Uploads;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace ChatApp.Api;

internal static class ApiServices
{
    public static void AddApiServices(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<EdgeOptions>()
            .BindConfiguration(EdgeOptions.Section)
            .ValidateDataAnnotations()
            .ValidateOnStart();
        var edge = builder.Configuration.GetSection(EdgeOptions.Section).Get<EdgeOptions>() ?? new EdgeOptions();

        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = edge.MaxRequestBytes;
            kestrel.Limits.MaxRequestHeadersTotalSize = edge.MaxHeaderBytes;
            kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(edge.HeadersSeconds);
            kestrel.Limits.MaxConcurrentConnections = edge.MaxConnections;
        });
        builder.Services.ConfigureHttpJsonOptions(json =>
        {
            json.SerializerOptions.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower;
            json.SerializerOptions.MaxDepth = edge.MaxJsonDepth;
            // A misspelt field must not be silently without effect, nor one that nobody may set.
            json.SerializerOptions.UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow;
            json.SerializerOptions.Converters.Add(new WholeLists());
        });
        // Else a body that is wrong is answered with its status alone, and nobody is told what is wrong with it.
        builder.Services.Configure<RouteHandlerOptions>(routes => routes.ThrowOnBadRequest = true);

        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.AddProblemDetails();
        builder.Services.AddDocumentation();
        builder.Services.AddExceptionHandler<EdgeExceptionHandler>();
        builder.Services.AddSingleton<EventStreams>();
        builder.Services.AddSingleton<JsonBodyReader>();
        builder.Services.AddSingleton<StatelessCompletion>();
        builder.Services.AddSingleton<FileUpload>();
        builder.AddEdgePipeline(edge);
        builder.AddCallers();
        builder.AddLimits();
        builder.AddAbuseGuard();
        builder.Services.AddOrchestrator();
    }
}
