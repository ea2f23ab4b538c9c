namespace ChatApp.AppHost.Publishing.Model;

/// <summary>Reads the deployment out of the application's model: what <c>Program.cs</c> says is all there is to it.</summary>
internal sealed class DeploymentReader(DistributedApplicationExecutionContext execution, ILogger logger)
{
    public async Task<IReadOnlyList<DeployedResource>> ReadAsync(DistributedApplicationModel model, CancellationToken cancellationToken)
    {
        IResource[] deployed = [.. model.Resources.Where(resource => resource is ContainerResource or ProjectResource && !resource.IsExcludedFromPublish())];
        var endpoints = deployed.ToDictionary(resource => resource, DeployedEndpoint.Of);
        var text = new DeployedTextReader(endpoints);
        List<DeployedResource> read = [];
        foreach (var resource in deployed)
        {
            read.Add(new DeployedResource
            {
                Name = resource.Name,
                Image = ImageOf(resource),
                IsService = resource is ProjectResource,
                Deployment = DeploymentOf(resource),
                Endpoints = endpoints[resource],
                Environment = await EnvironmentAsync(resource, text, cancellationToken),
                Entrypoint = (resource as ContainerResource)?.Entrypoint,
                Arguments = await ArgumentsAsync(resource, text, cancellationToken),
                Mounts = [.. Mounts(resource)],
                Probes = Probes(resource, endpoints[resource]),
                Waits = [.. Waits(resource, deployed)],
            });
        }

        return read;
    }

    private static string ImageOf(IResource resource)
    {
        if (resource is ProjectResource project)
            return ContainerRepository.Of(project.GetProjectMetadata().ProjectPath);
        return resource.TryGetContainerImageName(out var image) ? image : throw new DistributedApplicationException($"'{resource.Name}' has no image.");
    }

    // Replicas that the model asks for are the least there are.
    private static DeploymentAnnotation DeploymentOf(IResource resource)
    {
        var deployment = resource.TryGetLastAnnotation<DeploymentAnnotation>(out var given) ? given : DeploymentAnnotation.Store;
        var asked = resource.TryGetLastAnnotation<ReplicaAnnotation>(out var replicas) ? replicas.Replicas : 1;
        var least = Math.Max(deployment.LeastReplicas, asked);
        return deployment with { LeastReplicas = least, MostReplicas = Math.Max(deployment.MostReplicas, least) };
    }

    private async Task<IReadOnlyList<DeployedVariable>> EnvironmentAsync(IResource resource, DeployedTextReader text, CancellationToken cancellationToken)
    {
        var context = new EnvironmentCallbackContext(execution, resource, cancellationToken: cancellationToken) { Logger = logger };
        foreach (var callback in resource.Annotations.OfType<EnvironmentCallbackAnnotation>().ToArray())
            await callback.Callback(context);
        return [.. context.EnvironmentVariables.OrderBy(variable => variable.Key, StringComparer.Ordinal).Select(variable => new DeployedVariable(variable.Key, text.Read(variable.Value)))];
    }

    private async Task<IReadOnlyList<DeployedText>> ArgumentsAsync(IResource resource, DeployedTextReader text, CancellationToken cancellationToken)
    {
        var context = new CommandLineArgsCallbackContext([], resource, cancellationToken) { ExecutionContext = execution, Logger = logger };
        foreach (var callback in resource.Annotations.OfType<CommandLineArgsCallbackAnnotation>().ToArray())
            await callback.Callback(context);
        return [.. context.Args.Select(text.Read)];
    }

    // Aspire's names of volumes have a hash of the checkout's path in them.
    private static IEnumerable<DeployedMount> Mounts(IResource resource) =>
        resource.Annotations.OfType<ContainerMountAnnotation>().Select((mount, index) =>
        {
            var given = mount.Type == ContainerMountType.BindMount;
            var name = given ? mount.Target.Split('/')[^1] : index == 0 ? "data" : $"data-{index}";
            return new DeployedMount($"{resource.Name}-{name}", mount.Target, mount.IsReadOnly, given);
        });

    private static DeployedProbe[] Probes(IResource resource, IReadOnlyList<DeployedEndpoint> endpoints)
    {
        DeployedProbe[] asked =
        [
            .. resource.Annotations.OfType<EndpointProbeAnnotation>().Select(probe => new DeployedProbe(
                probe.Type, endpoints.First(endpoint => endpoint.Name == probe.EndpointReference.EndpointName).Port, probe.Path,
                probe.PeriodSeconds, probe.TimeoutSeconds, probe.FailureThreshold)),
        ];
        if (asked.Length > 0 || endpoints.Count == 0)
            return asked;
        // A store's own health check needs a client; that it accepts connections is what can be seen from outside.
        return [new(ProbeType.Readiness, endpoints[0].Port, Path: null, PeriodSeconds: 5, TimeoutSeconds: 3, FailureThreshold: 3)];
    }

    private static IEnumerable<DeployedWait> Waits(IResource resource, IResource[] deployed) =>
        resource.Annotations.OfType<WaitAnnotation>()
            .Where(wait => deployed.Contains(wait.Resource))
            .Select(wait => new DeployedWait(wait.Resource.Name, wait.WaitType))
            .DistinctBy(wait => wait.Resource);
}

/// <summary>The name under which <c>dotnet publish /t:PublishContainer</c> leaves a project's image: <c>ContainerRepository</c> in <c>Directory.Build.props</c>.</summary>
internal static class ContainerRepository
{
    public static string Of(string projectPath) => Path.GetFileNameWithoutExtension(projectPath).ToLowerInvariant().Replace('.', '-');
}
