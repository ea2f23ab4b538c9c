namespace ChatApp.AppHost.Publishing.Model;

/// <summary>A port that a resource listens on, under its own name.</summary>
/// <param name="PublicPort">Where it is offered outside, where it is.</param>
/// <param name="IsHttp">Whether a path can be asked for.</param>
internal sealed record DeployedEndpoint(string Name, int Port, int PublicPort, bool IsExternal, bool IsHttp)
{
    private const int FirstPort = 8080;

    /// <summary>The endpoints of a resource; those without a port of their own get one.</summary>
    public static IReadOnlyList<DeployedEndpoint> Of(IResource resource)
    {
        var next = FirstPort;
        return
        [
            .. resource.Annotations.OfType<EndpointAnnotation>().Select(endpoint =>
            {
                var port = endpoint.TargetPort ?? next++;
                return new DeployedEndpoint(endpoint.Name, port, endpoint.Port ?? port, endpoint.IsExternal, endpoint.UriScheme is "http" or "https");
            }),
        ];
    }
}
