using ChatApp.AppHost.Publishing.Model;
using ChatApp.AppHost.Publishing.Text;

namespace ChatApp.AppHost.Publishing.Helm;

/// <summary>How a resource is reached: by the others under its name, and by browsers where an endpoint is external.</summary>
internal sealed class NetworkAccess(HelmValues values)
{
    private const string LongestAnswerSeconds = "3600";

    public IEnumerable<YamlMap> Of(DeployedResource resource)
    {
        if (resource.Endpoints.Count > 0)
            yield return Service(resource);
        foreach (var endpoint in resource.Endpoints.Where(endpoint => endpoint is { IsExternal: true, IsHttp: true }))
            yield return Ingress(resource, endpoint);
    }

    private static YamlMap Service(DeployedResource resource) => KubernetesObject.Create("v1", "Service", resource.Name, new YamlMap
    {
        ["selector"] = KubernetesObject.Selector(resource.Name),
        ["ports"] = resource.Endpoints.Select(endpoint => new YamlMap { ["name"] = endpoint.Name, ["port"] = endpoint.Port, ["targetPort"] = endpoint.Name }).ToArray(),
    });

    private YamlMap Ingress(DeployedResource resource, DeployedEndpoint endpoint)
    {
        var host = values.Text($"{HelmValues.NameOf(resource.Name)}.host", $"{resource.Name}.example.com");
        var backend = new YamlMap { ["service"] = new YamlMap { ["name"] = resource.Name, ["port"] = new YamlMap { ["name"] = endpoint.Name } } };
        var spec = new YamlMap
        {
            ["ingressClassName"] = values.Text("ingress.className", "nginx"),
            ["tls"] = (object[])[new YamlMap { ["hosts"] = (string[])[host], ["secretName"] = values.Text("ingress.tlsSecret", "chatapp-tls") }],
            ["rules"] = (object[])
            [
                new YamlMap
                {
                    ["host"] = host,
                    ["http"] = new YamlMap { ["paths"] = (object[])[new YamlMap { ["path"] = "/", ["pathType"] = "Prefix", ["backend"] = backend }] },
                },
            ],
        };
        return KubernetesObject.Create("networking.k8s.io/v1", "Ingress", resource.Name, spec, Streams(resource.Deployment.HoldsSessions));
    }

    // An answer is a stream that must neither be held back nor cut; what an upload may weigh is for the service to say.
    private static YamlMap Streams(bool sticky) => new()
    {
        ["nginx.ingress.kubernetes.io/proxy-buffering"] = "off",
        ["nginx.ingress.kubernetes.io/proxy-request-buffering"] = "off",
        ["nginx.ingress.kubernetes.io/proxy-read-timeout"] = LongestAnswerSeconds,
        ["nginx.ingress.kubernetes.io/proxy-send-timeout"] = LongestAnswerSeconds,
        ["nginx.ingress.kubernetes.io/proxy-body-size"] = "0",
        ["nginx.ingress.kubernetes.io/affinity"] = sticky ? "cookie" : null,
        ["nginx.ingress.kubernetes.io/session-cookie-name"] = sticky ? "chatapp-replica" : null,
        ["nginx.ingress.kubernetes.io/session-cookie-samesite"] = sticky ? "Lax" : null,
        ["nginx.ingress.kubernetes.io/session-cookie-secure"] = sticky ? "true" : null,
    };
}
