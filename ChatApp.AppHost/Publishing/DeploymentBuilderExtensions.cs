using Aspire.Hosting.Pipelines;
using ChatApp.AppHost.Publishing.Compose;
using ChatApp.AppHost.Publishing.Helm;
using ChatApp.AppHost.Publishing.Model;
using ChatApp.AppHost.Publishing.Text;

namespace ChatApp.AppHost.Publishing;

/// <summary>Has <c>aspire publish</c> write the graph as a Compose file and as a Helm chart.</summary>
internal static class DeploymentBuilderExtensions
{
    private const string ModelsTarget = "/models";
    private const string ObjectsTarget = "/objects";

    /// <summary>Says what the graph lacks for a deployment, and registers the steps that write it.</summary>
    /// <param name="engine">Inference, which reads its models from a folder that is given to it.</param>
    /// <param name="web">The pages, which browsers reach at a public address as they do <paramref name="api"/>.</param>
    public static void AddDeployments(
        this IDistributedApplicationBuilder builder,
        IResourceBuilder<ProjectResource> engine,
        IResourceBuilder<ProjectResource> orchestrator,
        IResourceBuilder<ProjectResource> api,
        IResourceBuilder<ProjectResource> web)
    {
        if (!builder.ExecutionContext.IsPublishMode)
            return;

        var common = DeploymentAnnotation.Service(new("250m", "2", "256Mi", "1Gi"));
        engine.WithAnnotation(common with { Size = new("2", "4", "4Gi", "8Gi"), ScalesBy = ScalesBy.EngineQueue, LeastReplicas = 1, MostReplicas = 8, Storage = "50Gi" });
        // PDFs are read in processes of their own, 512 MiB each.
        orchestrator.WithAnnotation(common with { Size = new("250m", "2", "512Mi", "2Gi"), MigratesDatabase = "chatdb" });
        api.WithAnnotation(common with { MigratesDatabase = "chatdb" });
        web.WithAnnotation(common with { HoldsSessions = true });

        engine.WithModelsAt(ModelsTarget);
        orchestrator.WithObjectsAt(ObjectsTarget);
        foreach (var postgres in builder.Resources.OfType<PostgresServerResource>())
            builder.CreateResourceBuilder(postgres).CreatesItsDatabase();

        var proxies = builder.AddParameter(InnerNetwork.ProxiesParameter, InnerNetwork.Default, publishValueAsDefault: true)
            .WithDescription("The network that the containers are in. Who is in it is believed about the browser's address, as the web chat and a proxy have to be.");
        var telemetry = builder.AddParameter("otlp-endpoint", "", publishValueAsDefault: true)
            .WithDescription("Where traces, metrics and logs go (OTLP over gRPC); empty: nowhere.");
        foreach (var service in new[] { engine, orchestrator, api, web })
            service.AsDeployedService(telemetry);
        foreach (var service in new[] { engine, orchestrator })
            service.WithEnvironment("AllowedHosts", service.Resource.Name);
        // Inside they are called by their names, by browsers as they are reached from there.
        foreach (var service in new[] { api, web })
            service.WithEnvironment("AllowedHosts", ReferenceExpression.Create($"{service.Resource.Name};{new PublicAddress(service.GetEndpoint("http"))}"));
        api.WithEnvironment("Edge__KnownProxies__0", proxies)
            .WithEnvironment(context => context.EnvironmentVariables["Edge__AllowedOrigins__0"] = new PublicAddress(web.GetEndpoint("http")));
        web.WithEnvironment("Web__KnownProxies__0", proxies)
            .WithEnvironment(context => context.EnvironmentVariables["Api__PublicAddress"] = new PublicAddress(api.GetEndpoint("http")));

        builder.AddStep("publish-compose", ComposeWriter.Write);
        builder.AddStep("publish-helm", HelmWriter.Write);
    }

    /// <param name="write">Gives the files, by their path below the output folder.</param>
    private static void AddStep(this IDistributedApplicationBuilder builder, string name, Func<IReadOnlyList<DeployedResource>, IReadOnlyDictionary<string, string>> write) =>
        // Not after "publish-prereq", which makes up values for all parameters and keeps them in the user's home: none is needed here.
        builder.Pipeline.AddStep(
            name,
            async context =>
            {
                var resources = await new DeploymentReader(context.ExecutionContext, context.Logger).ReadAsync(context.Model, context.CancellationToken);
                var output = context.Services.GetRequiredService<IPipelineOutputService>().GetOutputDirectory();
                await new OutputFolder(output).WriteAsync(write(resources), context.CancellationToken);
            },
            requiredBy: WellKnownPipelineSteps.Publish);
}
