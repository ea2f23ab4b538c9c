using ChatApp.Inference.Endpoints;
using ChatApp.Inference.Serving;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace ChatApp.Inference;

/// <summary>Registrations of the inference service.</summary>
internal static class InferenceServices
{
    public static WebApplicationBuilder AddInference(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptions<InferenceOptions>().BindConfiguration(InferenceOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<KestrelServerOptions>().Configure<IOptions<InferenceOptions>>((kestrel, inference) =>
        {
            // Bodies are bounded where they are read, with an error in the protocol's form; this is the net below.
            kestrel.Limits.MaxRequestBodySize = inference.Value.MaxRequestBytes * 2L;
            kestrel.AddServerHeader = false;
        });
        services.AddOptions<HostOptions>().Configure<IOptions<InferenceOptions>>((host, inference) =>
            host.ShutdownTimeout = inference.Value.DrainTimeout + TimeSpan.FromSeconds(5));
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<ModelCatalog>();
        services.AddHostedService<ModelLoader>();
        services.AddHealthChecks().AddCheck<ModelHealthCheck>("models");
        services.AddSingleton<ChatCompletions>();
        services.AddSingleton<Completions>();
        services.AddSingleton<EmbeddingsApi>();
        services.AddSingleton<ModelsApi>();
        services.AddSingleton<TokenizeApi>();
        services.AddSingleton<PrometheusMetrics>();
        return builder;
    }
}
