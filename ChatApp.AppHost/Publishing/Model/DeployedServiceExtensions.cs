namespace ChatApp.AppHost.Publishing.Model;

/// <summary>What resources get in a deployment and not on a developer's machine.</summary>
internal static class DeployedServiceExtensions
{
    /// <summary>Probes, and the environment of production whatever the publishing machine is in.</summary>
    public static void AsDeployedService(this IResourceBuilder<ProjectResource> service, IResourceBuilder<ParameterResource> telemetry) =>
        service
            .AskedAt(ProbeType.Startup, "/alive", every: 2, within: 2, failures: 150)
            .AskedAt(ProbeType.Readiness, "/health", every: 5, within: 4, failures: 3)
            .AskedAt(ProbeType.Liveness, "/alive", every: 10, within: 5, failures: 6)
            // Aspire would have every caller's X-Forwarded-For believed; the services name the proxies that they believe.
            .DisableForwardedHeaders()
            .WithReferenceEnvironment(ReferenceEnvironmentInjectionFlags.ConnectionString | ReferenceEnvironmentInjectionFlags.ServiceDiscovery)
            .WithoutConnectionProperties()
            .WithEnvironment("ASPNETCORE_ENVIRONMENT", Environments.Production)
            .WithEnvironment("OTEL_SERVICE_NAME", service.Resource.Name)
            .WithEnvironment("OTEL_EXPORTER_OTLP_ENDPOINT", telemetry);

    /// <summary>Reads models from a folder that is mounted, not from this machine's.</summary>
    public static void WithModelsAt(this IResourceBuilder<ProjectResource> engine, string target) =>
        engine
            .WithEnvironment("Inference__ModelsPath", target)
            .WithAnnotation(new ContainerMountAnnotation(target, target, ContainerMountType.BindMount, isReadOnly: true));

    /// <summary>Has the orchestrator keep files in a folder that all of its replicas are given.</summary>
    public static void WithObjectsAt(this IResourceBuilder<ProjectResource> orchestrator, string target) =>
        orchestrator
            .WithEnvironment("Objects__Folder", target)
            .WithAnnotation(new ContainerMountAnnotation(target, target, ContainerMountType.BindMount, isReadOnly: false));

    /// <summary>Has the image make the database at its first start, which on a developer's machine Aspire does.</summary>
    public static void CreatesItsDatabase(this IResourceBuilder<PostgresServerResource> postgres)
    {
        if (postgres.Resource.Databases.Values.ToArray() is [var database])
            postgres.WithEnvironment("POSTGRES_DB", database);
        else
            throw new DistributedApplicationException($"'{postgres.Resource.Name}' is deployed with one database, and has {postgres.Resource.Databases.Count}.");
    }

    // WithHttpProbe adds a health check as well, which the service has already.
    private static IResourceBuilder<ProjectResource> AskedAt(this IResourceBuilder<ProjectResource> service, ProbeType type, string path, int every, int within, int failures) =>
        service.WithAnnotation(new EndpointProbeAnnotation
        {
            Type = type,
            EndpointReference = service.GetEndpoint("http"),
            Path = path,
            PeriodSeconds = every,
            TimeoutSeconds = within,
            FailureThreshold = failures,
        });

    // The parts of connection strings again, passwords among them, which none of our services reads.
    private static IResourceBuilder<ProjectResource> WithoutConnectionProperties(this IResourceBuilder<ProjectResource> service) =>
        service.WithEnvironment(context =>
        {
            var references = service.Resource.Annotations.OfType<ResourceRelationshipAnnotation>().Select(relationship => relationship.Resource).OfType<IResourceWithConnectionString>();
            foreach (var reference in references)
            {
                foreach (var (property, _) in reference.GetConnectionProperties())
                    context.EnvironmentVariables.Remove($"{reference.Name}_{property}".ToUpperInvariant());
            }
        });
}
