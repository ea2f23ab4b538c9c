using ChatApp.Hosting.Proxying;

namespace ChatApp.Hosting.Running;

/// <summary>Gives every endpoint its address and every process its ports, before anything starts.</summary>
internal static class EndpointAllocator
{
    // Stores listen on IPv4 only; a service listens on every address of localhost.
    private static string HostOf(EndpointAnnotation endpoint) => endpoint.UriScheme is "http" or "https" ? "localhost" : "127.0.0.1";

    /// <summary>The port that each replica listens on: by replica, then by endpoint name.</summary>
    public static IReadOnlyList<Dictionary<string, int>> Allocate(IResource resource, bool randomizePorts)
    {
        var replicas = resource.GetReplicaCount();
        Dictionary<string, int>[] ports = [.. Enumerable.Range(0, replicas).Select(_ => new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase))];
        foreach (var endpoint in resource.Annotations.OfType<EndpointAnnotation>())
        {
            var port = (randomizePorts ? null : endpoint.Port) ?? (replicas == 1 ? endpoint.TargetPort : null) ?? FreePorts.Take();
            endpoint.AllocatedEndpoint = new AllocatedEndpoint(endpoint, HostOf(endpoint), port);
            for (var i = 0; i < replicas; i++)
                ports[i][endpoint.Name] = NeedsProxy(endpoint, replicas, port) ? (replicas == 1 ? endpoint.TargetPort : null) ?? FreePorts.Take() : port;
        }

        return ports;
    }

    /// <summary>Whether a proxy stands between the endpoint's address and its processes.</summary>
    public static bool NeedsProxy(EndpointAnnotation endpoint, int replicas, int port) =>
        replicas > 1 || (endpoint.IsProxied && endpoint.TargetPort is { } target && target != port);
}
